import { join, resolve } from "node:path";
import type { SynapseConfig } from "../config/index.ts";
import { registrationFile } from "../homeserver/synapse/index.ts";
import type { NewFile } from "./write-new-files.ts";

export interface BesideSynapse {
	readonly folder: string;
	readonly serverName: string;
	readonly publicBase: string;
	readonly homeserver: SynapseConfig;
}

/** The files that Countersign and Synapse need to know each other, and what is to be done with them. */
export function filesBesideSynapse(wanted: BesideSynapse): {
	readonly all: readonly NewFile[];
	readonly nextSteps: string;
} {
	const folder = resolve(wanted.folder);
	const at = (...names: readonly string[]) => join(folder, ...names);
	const settings = at("countersign.yaml");
	const forSynapse = at("synapse", "countersign.yaml");
	const registration = at("synapse", "countersign-registration.yaml");
	const { serverName, homeserver } = wanted;
	const { secret } = homeserver;
	return {
		all: [
			{ path: settings, text: settingsFile(wanted), isSecret: false },
			{ path: at("homeserver-secret"), text: `${secret}\n`, isSecret: true },
			{ path: forSynapse, text: synapseFile(wanted, registration), isSecret: true },
			{ path: registration, text: registrationFile({ serverName, secret }), isSecret: true },
		],
		nextSteps: `Written to ${folder}. Five steps are left; docs/synapse.md explains them. Commands are typed in
Countersign's folder:

  1. Start Countersign, as a user who may read ${at("homeserver-secret")}:
       npx countersign serve --config ${settings}
  2. Restart Synapse with one more settings file, as a user who may read ${at("synapse")}:
       -c homeserver.yaml -c ${forSynapse}
     (packages of Debian read a folder: link that file into /etc/matrix-synapse/conf.d/)
  3. Put into the proxy what is printed by:
       npx countersign proxy nginx --config ${settings}
     (or: proxy caddy)
  4. Ask what is wrong still, and do what it says:
       npx countersign doctor --config ${settings}
  5. Let in whom Synapse knows already, each with a new password:
       npx countersign users create NAME --adopt --config ${settings}
`,
	};
}

function settingsFile({ serverName, publicBase, homeserver }: BesideSynapse): string {
	return `# Settings of Countersign beside Synapse. Print all there are, explained: npx countersign config generate
port: ${portBeside(homeserver)}
data: data
public_base: ${JSON.stringify(publicBase)}
server_name: ${JSON.stringify(serverName)}

# Whether anybody may register. Say yes, and anybody on the internet may.
open_registration: no

# Where the proxy in front runs on another machine, its address.
trusted_proxies: [127.0.0.1, "::1"]

homeserver:
  synapse: ${JSON.stringify(homeserver.synapse)}
  secret_file: homeserver-secret
  # Where apps reach Synapse.
  public_base: ${JSON.stringify(homeserver.publicBase)}
`;
}

function synapseFile({ homeserver }: BesideSynapse, registration: string): string {
	return `# Settings of Synapse beside Countersign, a secret: to be read after homeserver.yaml, as one more file.
# What stands here replaces the whole setting of the same name there. Paths and addresses are those of this machine.

# People sign in at Countersign, which Synapse reaches here.
matrix_authentication_service:
  enabled: true
  endpoint: "http://127.0.0.1:${portBeside(homeserver)}/"
  secret: ${JSON.stringify(homeserver.secret)}

# Synapse starts with neither of them while others sign people in.
enable_registration: false
password_config:
  enabled: false

# Where homeserver.yaml has such a list already, for bridges and the like: write its entries here too, or they are lost.
app_service_config_files:
  - ${JSON.stringify(registration)}

# In homeserver.yaml, public_baseurl has to be what apps use, ${homeserver.publicBase}
# and the listener that the proxy calls needs x_forwarded: true.
`;
}

/** Where Synapse looks for such a server unless told, and not where Synapse is itself. */
function portBeside({ synapse }: SynapseConfig): number {
	return new URL(synapse).port === "8080" ? 8081 : 8080;
}
