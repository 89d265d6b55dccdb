import type { Clock, Config } from "../config/index.ts";
import { makeProof } from "./proof.ts";

/** What the settings say, in the form that the checks ask for. All URLs end with a slash. */
export interface Setup {
	/** The server as this machine reaches it. */
	readonly own: string;
	/** Whether the server listens where only this machine can reach it. */
	readonly listensOnLoopback: boolean;
	readonly publicBase: string;
	/** Whether the settings name the public base, so that something stands in front. */
	readonly hasPublicBase: boolean;
	readonly serverName: string;
	readonly trustedProxies: readonly string[];
	/** The mail server as messages name it. Absent: none is set. */
	readonly mailServer?: string;
	/** The URL of the directory that checks passwords. Absent: none is set. */
	readonly directory?: string;
	/** Other ways to Synapse that were named, beside the public one. */
	readonly also: readonly string[];
	/** For messages: where settings stand. */
	readonly settingsFile: string;
	/** A token that nobody has, new each time: homeservers remember what they were told of one. */
	readonly unknownToken: string;
	/** The rules that a proxy needs, by their names. */
	readonly proxyRules: ReadonlyMap<string, PrintedRule>;
	readonly homeserver?: SynapseFacts;
}

/** A rule in the words of each kind of proxy, line by line. */
interface PrintedRule {
	readonly nginx: readonly string[];
	readonly caddy: readonly string[];
}

interface SynapseFacts {
	/** Synapse as this machine reaches it. */
	readonly synapse: string;
	/** Where apps reach Synapse. */
	readonly publicBase: string;
	readonly guard: boolean;
	readonly secret: string;
	/** What Countersign shows to Synapse as an application service. */
	readonly asToken: string;
	/** Shows the running server who asks, by the public way. */
	readonly proof: string;
}

export type SynapseSetup = Setup & { readonly homeserver: SynapseFacts };

export interface SetupOptions {
	readonly settingsFile: string | undefined;
	readonly also: Setup["also"];
	readonly unknownToken: string;
	readonly proxyRules: Setup["proxyRules"];
	/** Makes the application service's token from the shared secret. */
	readonly asToken: (secret: string) => string;
	readonly clock: Clock;
}

export function setupOf(config: Config, { settingsFile, asToken, clock, ...rest }: SetupOptions): Setup {
	const { homeserver, email, ldap } = config;
	return {
		own: ownAddress(config),
		listensOnLoopback: isLoopback(config.host),
		publicBase: config.publicBase ?? `http://localhost:${config.port}/`,
		hasPublicBase: config.publicBase !== undefined,
		serverName: config.serverName ?? "localhost",
		trustedProxies: config.trustedProxies,
		...rest,
		...(email !== undefined && { mailServer: `${email.host}:${email.port}` }),
		...(ldap !== undefined && { directory: ldap.url }),
		settingsFile: settingsFile ?? "the environment (COUNTERSIGN_...)",
		...(homeserver !== undefined && {
			homeserver: {
				...homeserver,
				asToken: asToken(homeserver.secret),
				proof: makeProof(homeserver.secret, clock),
			},
		}),
	};
}

/** The server as this machine reaches it, with a trailing slash. */
export function ownAddress({ host, port }: Pick<Config, "host" | "port">): string {
	return `http://${reachable(host)}:${port}/`;
}

/** An address that stands for all of them is no place to connect to. */
function reachable(host: string): string {
	if (host === "0.0.0.0") return "127.0.0.1";
	if (host === "::") return "[::1]";
	return host.includes(":") ? `[${host}]` : host;
}

/** Whether nothing but this machine answers to that name. */
export function isLoopback(host: string): boolean {
	return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);
}
