import { type Config, loadConfig } from "../config/index.ts";
import { examineDirectory } from "../directory/index.ts";
import {
	type Ask,
	createAsk,
	type DataState,
	examine,
	findClosedThere,
	isBesideSynapse,
	type MailState,
	report,
	type Setup,
	setupOf,
} from "../doctor/index.ts";
import { appServiceTokens } from "../homeserver/synapse/index.ts";
import { random } from "../installation.ts";
import { createSmtp } from "../notices/index.ts";
import { readBesideSynapse, readLackingFactors, readStrayAdministrators } from "../operate.ts";
import { createOutbound } from "../outbound/index.ts";
import { type Command, json } from "./command.ts";
import { caddyRule } from "./proxy-caddy.ts";
import { nginxRule } from "./proxy-nginx.ts";
import { planProxy } from "./proxy-plan.ts";
import { dataProblem } from "./with-data.ts";

export const doctor: Command = {
	name: "doctor",
	operands: [],
	options: { ...json, also: { type: "string", multiple: true } },
	usage: "[--also URL ...] [--json]",
	about: "look at everything around the running server, and name the line that is wrong; changes nothing",
	async run(asked) {
		const settings = loadConfig(asked.environment, asked.configPath);
		if (!settings.ok) {
			asked.complain("These settings cannot be used:", settings.problems);
			return 2;
		}
		const also = asked.options("also").map(baseOf);
		if (also.includes(undefined)) {
			asked.complain("countersign doctor: --also takes an address, like https://matrix.example.org:8448");
			return 2;
		}
		const outbound = createOutbound();
		try {
			const setup = setupOf(settings.config, {
				settingsFile: settings.file,
				also: also.filter((url) => url !== undefined),
				unknownToken: `mat_${random.token()}`,
				asToken: (secret) => appServiceTokens(secret).asToken,
				clock: Date.now,
				proxyRules: rulesOf(settings.config),
			});
			const ask = createAsk(outbound, Date.now);
			const data = dataState(settings.config, { setup, ask });
			const mail = mailState(settings.config);
			const { ldap } = settings.config;
			const directory = ldap === undefined ? Promise.resolve(undefined) : examineDirectory(ldap);
			const results = await examine({ setup, ask, data, mail, directory, clock: Date.now });
			asked.out(asked.flag("json") ? `${JSON.stringify(results, undefined, "\t")}\n` : report(results));
			return results.some(({ verdict }) => verdict === "problem") ? 1 : 0;
		} finally {
			outbound.close();
		}
	},
};

function baseOf(text: string): string | undefined {
	const url = URL.parse(text);
	return url !== null && /^https?:$/.test(url.protocol) ? `${url.origin}/` : undefined;
}

/** The rules of the proxy's configuration by name, as `countersign proxy` prints them. */
function rulesOf(config: Config): Setup["proxyRules"] {
	const planned = planProxy(config);
	const sites = planned.ok ? planned.plan.sites : [];
	const routes = sites.flatMap((site) => site.routes);
	return new Map(routes.map((route) => [route.name, { nginx: nginxRule(route), caddy: caddyRule(route) }]));
}

async function dataState(
	config: Config,
	{ setup, ask }: { readonly setup: Setup; readonly ask: Ask },
): Promise<DataState> {
	try {
		const beside = await readBesideSynapse(config);
		const lackingFactor = await readLackingFactors(config);
		const strayAdministrators = await readStrayAdministrators(config);
		const here = {
			...({ ok: true, strayAdministrators } as const),
			...(lackingFactor !== undefined && { lackingFactor }),
		};
		if (beside === undefined || !isBesideSynapse(setup)) return here;
		const { outbox, open } = beside;
		const closedThere = await findClosedThere(ask, setup, open);
		return { ...here, outbox, ...(closedThere !== undefined && { closedThere }) };
	} catch (error) {
		const why = dataProblem(error, config);
		if (why === undefined) throw error;
		return { ok: false, why };
	}
}

/** As far as a letter would get; none is sent. */
async function mailState({ email }: Config): Promise<MailState | undefined> {
	if (email === undefined) return undefined;
	const server = createSmtp(email);
	const reached = await server.verify();
	server.close();
	if (!reached.ok) return { ok: false, failure: reached.failure };
	return { ok: true, encrypted: email.security !== "none" };
}
