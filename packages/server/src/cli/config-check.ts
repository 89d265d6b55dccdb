import { type Config, loadConfig } from "../config/index.ts";
import { readAddress } from "../identifiers/index.ts";
import { random } from "../installation.ts";
import { createSmtp, type Sent, testLetter, writeLetter } from "../notices/index.ts";
import { parseSample, trySample } from "../upstream/index.ts";
import { english } from "../words/index.ts";
import { type Asked, type Command, type ExitCode, json } from "./command.ts";
import { readCsv } from "./people-file.ts";
import { table } from "./table.ts";

export const configCheck: Command = {
	name: "config check",
	operands: [],
	options: {
		...json,
		"send-to": { type: "string" },
		claims: { type: "string" },
		service: { type: "string" },
	},
	usage: "[--send-to ADDRESS] [--claims FILE [--service ID]] [--json]",
	about:
		"read the settings without starting anything, and say what they come to; send a letter to that address; say what comes of an ID token of a service, or of its claims as JSON, and which claim is missing",
	async run(asked) {
		const settings = loadConfig(asked.environment, asked.configPath);
		if (!settings.ok) {
			asked.complain("These settings cannot be used:", settings.problems);
			return 2;
		}
		const sendTo = asked.option("send-to");
		if (sendTo !== undefined) return sendTest(settings.config, sendTo, asked);
		const claims = asked.option("claims");
		if (claims !== undefined) return tryClaims(settings.config, claims, asked);
		const facts = { file: settings.file, ...named(settings.config) };
		asked.out(
			asked.flag("json")
				? `${JSON.stringify(facts, undefined, "\t")}\n`
				: table(["SETTING", "VALUE"], rowsOf(facts, settings.config)),
		);
		if (settings.warnings.length > 0) asked.complain("These settings work, but:", settings.warnings);
		return 0;
	},
};

/** What would come of somebody of whom the service says that. Nothing is asked of it, and nothing verified. */
function tryClaims(
	{ upstream = [], serverName = "localhost" }: Config,
	file: string,
	{ out, complain, option }: Asked,
): ExitCode {
	const id = option("service");
	const config =
		id === undefined && upstream.length === 1 ? upstream[0] : upstream.find((one) => one.id === id);
	if (config === undefined) {
		const ids = upstream.map((one) => one.id).join(", ");
		complain(`countersign config check: --claims takes --service, one of: ${ids || "none is set up"}`);
		return 2;
	}
	const read = readCsv(file);
	const claims = read.ok ? parseSample(read.text) : undefined;
	if (claims === undefined) {
		complain(read.ok ? `${file} is neither an ID token nor claims as JSON` : read.problem);
		return 1;
	}
	const { rows, problems } = trySample(claims, { config, serverName });
	out(
		table(
			["SETTING", "VALUE"],
			rows.map(({ setting, value }) => [setting, value]),
		),
	);
	if (problems.length === 0) return 0;
	complain(`Of ${config.name}:`, problems);
	return 1;
}

/** Through the mail server of the settings, now; what it says of a letter is said here. */
async function sendTest(
	{ email, serverName = "localhost", branding }: Config,
	sendTo: string,
	{ out, complain }: Asked,
): Promise<ExitCode> {
	const to = readAddress(sendTo);
	if (to === undefined) {
		complain("countersign config check: --send-to takes an e-mail address, like you@example.org");
		return 2;
	}
	if (email === undefined) {
		complain("No mail server is set: email.host and email.from are missing.");
		return 2;
	}
	const server = createSmtp(email);
	const written = writeLetter(testLetter(branding?.name ?? serverName), english);
	const sent: Sent = await server.send({ ...written, to: to.address, id: random.token(), at: Date.now() });
	server.close();
	const place = `${email.host}:${email.port}`;
	if (sent.ok)
		out(`${place} took a letter to ${to.address}. Look whether it arrives, and where: in spam too.\n`);
	else complain(`${place} took no letter: ${sent.failure}.`);
	return sent.ok ? 0 : 1;
}

/**
 * By the names of the settings. Whoever sees this output need not be one who may see the database's password, or be
 * Synapse.
 */
function named(config: Config) {
	const { homeserver, email } = config;
	return {
		host: config.host,
		port: config.port,
		data: config.dataDirectory,
		database: config.database === undefined ? "sqlite" : "postgresql",
		public_base: config.publicBase,
		server_name: config.serverName,
		open_registration: config.registration?.needsToken ? "token" : config.openRegistration,
		sign_in_by_email: config.signInByEmail ?? false,
		step_up: config.stepUp ?? false,
		"registration.terms": config.registration?.terms?.url,
		"registration.terms_version": config.registration?.terms?.version,
		"registration.email_required": config.registration?.needsAddress,
		"registration.official_names": config.registration?.officialNames,
		"reset.delay_hours": config.resetDelayHours ?? 0,
		"second_factor.demanded_of": config.secondFactor?.demandedOf,
		"second_factor.grace_days": config.secondFactor?.graceDays,
		undo_days: config.undoDays,
		trusted_proxies: config.trustedProxies,
		"homeserver.synapse": homeserver?.synapse,
		"homeserver.public_base": homeserver?.publicBase,
		"homeserver.guard": homeserver?.guard,
		"operator.contact": config.operatorContact,
		"operator.name": config.branding?.name,
		"operator.logo":
			config.branding?.logo && `${config.branding.logo.type}, ${config.branding.logo.bytes.length} bytes`,
		"operator.accent": config.branding?.accent,
		"operator.privacy": config.branding?.privacy,
		"captcha.kind": config.captcha?.kind,
		"captcha.site_key": config.captcha?.siteKey,
		"email.host": email?.host,
		"email.port": email?.port,
		"email.security": email?.security,
		"email.username": email?.username,
		"email.from": email?.from,
		"email.reply_to": email?.replyTo,
		"log.level": config.logLevel,
		"metrics.allow": config.metricsAllow,
	};
}

/** For people: what is not set stands there as what it comes to, or not at all where it means nothing. */
function rowsOf(facts: Readonly<Record<string, unknown>>, { port }: Config): readonly (readonly string[])[] {
	const defaults: Readonly<Record<string, string>> = {
		file: "none",
		public_base: `http://localhost:${port}/ (default)`,
		server_name: "localhost (default, unless the data have another)",
		"second_factor.demanded_of": "nobody (default)",
		"email.host": "none: nobody is sent mail (default)",
		"homeserver.synapse": "none: the built-in homeserver (default)",
	};
	return Object.entries(facts).flatMap(([name, value]) => {
		const text = value === undefined ? defaults[name] : inWords(value);
		return text === undefined ? [] : [[name, text]];
	});
}

function inWords(value: unknown): string {
	if (typeof value === "boolean") return value ? "yes" : "no";
	return Array.isArray(value) ? value.join(", ") || "none" : String(value);
}
