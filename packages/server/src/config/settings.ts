import { isIP } from "node:net";
import { isRecord } from "@countersign/protocol";
import { z } from "zod";
import { isReadable } from "./accent.ts";
import { appSettings } from "./app-settings.ts";
import { ldapSettings } from "./ldap.ts";
import { parsePasswordSchemes } from "./password-schemes.ts";
import { group, yesOrNo } from "./setting-kinds.ts";
import { upstreamSettings } from "./upstream.ts";

const port = z
	.number("a port number")
	.int("a whole number")
	.min(0, "a port number")
	.max(65_535, "a port number");

const publicBase = z
	.url({
		protocol: /^https?$/,
		error: "an http or https URL, like https://account.example.org/",
		abort: true,
	})
	.refine((url) => url === new URL(url).origin || url === `${new URL(url).origin}/`, {
		error: "scheme, host and port alone, like https://account.example.org/",
	});

const address = z.string("an IP address").refine((text) => isIP(text) !== 0, "an IP address, like 10.0.0.5");

const network = z
	.string("an IP address or a network")
	.refine(isNetwork, "an IP address or a network, like 10.0.0.5 or 10.0.0.0/8");

const name = /^[a-z0-9.-]{1,230}(:\d{1,5})?$/;

const officialName = z.string("a user name").regex(/^[a-z0-9._=/+-]{1,255}$/, "a user name, like support");

const sender = "an address, like accounts@example.org or Accounts <accounts@example.org>";

const contact = "a name, an e-mail address, or a link that begins with https://";

const accent = "a colour that can be read on white, like #0f5c4d";

/** Every setting, by its name in the file. What is absent has its default where it is used. */
export const settings = z.strictObject(
	{
		host: z
			.string("an IP address, like 127.0.0.1")
			.refine((host) => isIP(host) !== 0 || host === "localhost", "an IP address, like 127.0.0.1")
			.describe("Address to listen on. Default: 127.0.0.1, which nobody else reaches.")
			.optional(),
		port: port.describe("Port to listen on; 0 takes any free one. Default: 8008.").optional(),
		data: text("a folder")
			.describe("Folder for the data, relative to this file. Default: data, beside this file.")
			.optional(),
		database: z
			.string("sqlite, or postgres:// and what follows")
			.regex(/^sqlite$|^postgres(ql)?:\/\/\S+$/, "sqlite, or postgres:// and what follows")
			.describe(
				"sqlite, or the postgres:// address of a database. Default: sqlite, one file in the data folder.",
			)
			.optional(),
		database_file: text("a file")
			.describe("File that holds the value of `database`, relative to this file.")
			.optional(),
		public_base: publicBase
			.describe("Address people and apps use. Default: http://localhost:<port>/.")
			.optional(),
		server_name: z
			.string("a host name in lower case, like example.org")
			.regex(name, "a host name in lower case, like example.org")
			.describe("Name of the homeserver, fixed at the first start. Default: localhost.")
			.optional(),
		open_registration: z
			.union([z.boolean(), z.enum(["yes", "no", "token"])], "yes, no or token")
			.describe(
				"Whether anybody may register, or who has a registration token. Default: yes while `host` and `public_base` are loopback, else no.",
			)
			.optional(),
		sign_in_by_email: yesOrNo
			.describe("Whether people sign in by an e-mail address that they have confirmed, too. Default: no.")
			.optional(),
		step_up: yesOrNo
			.describe(
				"Whether apps that can step up (MSC4363) are told so where they replace an identity. Default: no.",
			)
			.optional(),
		registration: group({
			terms: z
				.url({ protocol: /^https?$/, error: "a link, like https://example.org/terms" })
				.describe(
					"Link to terms that everybody who registers, or comes to a page of their account, has to agree to. Default: none.",
				)
				.optional(),
			terms_version: line("a version, like 2026-11")
				.max(100, "100 characters at most")
				.describe(
					"Version of these terms, which is kept with each account. Another one asks everybody again. Always set beside `terms`.",
				)
				.optional(),
			email_required: yesOrNo
				.describe(
					"Whether whoever registers has to show first that an e-mail address is theirs; takes `email`. Default: no.",
				)
				.optional(),
			official_names: z
				.array(officialName, "a list of user names, like [admin, support]")
				.describe(
					"User names for those who run the server, which nobody gets by registering. Default: admin, support, root and the like.",
				)
				.optional(),
		}),
		reset: group({
			delay_hours: z
				.number("a number of hours")
				.int("a whole number of hours")
				.min(0, "a number of hours, 0 to 168")
				.max(168, "a number of hours, 0 to 168")
				.describe(
					"Hours in which its person may object before an approval can be used to replace the identity. Default: 0.",
				)
				.optional(),
		}),
		second_factor: group({
			demanded_of: z
				.enum(["admins", "everyone"], "admins or everyone")
				.describe(
					"Who has to have a second factor: administrators, or everybody. Default: nobody; everybody may.",
				)
				.optional(),
			grace_days: z
				.number("a number of days")
				.int("a whole number of days")
				.min(0, "a number of days, 0 to 90")
				.max(90, "a number of days, 0 to 90")
				.describe(
					"Days that each may go without, from when they are first told; 0: none. Means nothing without `demanded_of`. Default: 14.",
				)
				.optional(),
		}),
		...appSettings,
		undo_days: z
			.number("a number of days")
			.int("a whole number of days")
			.min(0, "a number of days, 0 to 90")
			.max(90, "a number of days, 0 to 90")
			.describe(
				"Days that the key backup from before a reset is kept for its person; 0 keeps nothing. Default: 7.",
			)
			.optional(),
		trusted_proxies: z
			.array(network, "a list of IP addresses and networks, like [127.0.0.1]")
			.describe("Proxies in front, whose X-Forwarded-For is believed. Default: none; it is never read.")
			.optional(),
		homeserver: group({
			synapse: publicBase
				.describe("Where Synapse answers Countersign. Default: none; the built-in homeserver serves.")
				.optional(),
			secret: z
				.string("16 characters or more")
				.regex(/^[\x21-\x7e]{16,}$/, "16 characters or more, without spaces")
				.describe("Secret that Synapse knows too, in its matrix_authentication_service.")
				.optional(),
			secret_file: text("a file")
				.describe("File that holds the value of `homeserver.secret`, relative to this file.")
				.optional(),
			public_base: publicBase
				.describe("Address where apps reach Synapse. Default: https://<server_name>/, without a port.")
				.optional(),
			guard: yesOrNo
				.describe("Whether key uploads pass Countersign on their way to Synapse. Default: yes.")
				.optional(),
		}),
		operator: group({
			contact: z
				.string(contact)
				.min(1, contact)
				.max(200, "200 characters at most")
				.refine(isContact, contact)
				.describe(
					"Whom people are told to ask: a name, an e-mail address or a link. Default: “the people who run this server”.",
				)
				.optional(),
			name: line("a name")
				.max(40, "40 characters at most")
				.describe("What stands at the top of every page. Default: Countersign.")
				.optional(),
			logo: text("a file")
				.describe(
					"Picture beside it and in the browser's tab: a PNG, JPEG or WebP file of at most 100 KiB, relative to this file. Default: none.",
				)
				.optional(),
			accent: z
				.string(accent)
				.refine(isReadable, accent)
				.describe(
					"Colour of links and buttons, dark enough to be read on white; pages by night have it lighter. Default: a dark green.",
				)
				.optional(),
			privacy: z
				.url({ protocol: /^https?$/, error: "a link, like https://example.org/privacy" })
				.describe("Link to a privacy policy, at the end of every page. Default: none.")
				.optional(),
		}),
		captcha: group({
			kind: z
				.enum(["hcaptcha", "turnstile"], "hcaptcha or turnstile")
				.describe(
					"Service that tells people from programs where they register; their browsers load its script. Default: none.",
				)
				.optional(),
			site_key: line("a site key").describe("Site key, which everybody may see.").optional(),
			secret: line("a secret").describe("Secret key for this site.").optional(),
			secret_file: text("a file")
				.describe("File that holds the value of `captcha.secret`, relative to this file.")
				.optional(),
		}),
		email: group({
			host: z
				.string("the name or address of a mail server")
				.regex(/^[\w.:-]{1,253}$/, "the name or address of a mail server")
				.describe("Mail server (SMTP) that takes letters to people. Default: none; nobody is sent mail.")
				.optional(),
			port: port
				.min(1, "a port number")
				.describe("Its port. Default: 587; with `security` tls 465, with none 25.")
				.optional(),
			security: z
				.enum(["starttls", "tls", "none"], "starttls, tls or none")
				.describe("How the connection is encrypted; without it nothing is sent. Default: starttls.")
				.optional(),
			username: line("a user name").describe("Whom to sign in as there. Default: nobody.").optional(),
			password: line("a password").describe("Password of that user.").optional(),
			password_file: text("a file")
				.describe("File that holds the value of `email.password`, relative to this file.")
				.optional(),
			from: z
				.string(sender)
				.refine(isSender, sender)
				.describe("Who the letters are from. Always set beside `host`.")
				.optional(),
			reply_to: z
				.string(sender)
				.refine(isSender, sender)
				.describe("Where answers go. Default: to `from`.")
				.optional(),
		}),
		ldap: ldapSettings,
		upstream: upstreamSettings
			.describe(
				"Other services by which people sign in (OpenID Connect), by an id of yours that stays; see the handbook. Default: none.",
			)
			.optional(),
		passwords: group({
			pepper: text("text")
				.describe(
					"Text behind every password that came from Synapse: password_config.pepper there. Default: none.",
				)
				.optional(),
			pepper_file: text("a file")
				.describe("File that holds the value of `passwords.pepper`, relative to this file.")
				.optional(),
			schemes: z
				.string("a list of password schemes in JSON")
				.refine(
					(text) => parsePasswordSchemes(text) !== undefined,
					"a list of password schemes in JSON, as move from-mas settings writes it",
				)
				.describe("How MAS hashed the passwords of people who moved in from there, in JSON. Default: none.")
				.optional(),
			schemes_file: z
				.string("a file")
				.min(1, "a file")
				.describe("File that holds the value of `passwords.schemes`, relative to this file.")
				.optional(),
		}),
		log: group({
			level: z
				.enum(["info", "warn", "error"], "info, warn or error")
				.describe("The least important lines to write; info has one per request. Default: info.")
				.optional(),
		}),
		metrics: group({
			allow: z
				.array(address, "a list of IP addresses, like [127.0.0.1]")
				.describe("Who may read /metrics. Default: loopback while `public_base` is not set, else nobody.")
				.optional(),
		}),
	},
	"settings by their names",
);

/** Text that is not empty. */
function text(what: string) {
	return z.string(what).min(1, what);
}

/** One line of text that can be seen. */
function line(what: string) {
	// Pages show no mark that turns text round, and would send back something else than was set.
	return text(what).regex(/^[^\p{Cc}\p{Bidi_Control}]+$/u, what);
}

/** An address alone, or behind a name in which nothing means anything to a mail server. */
function isSender(given: string): boolean {
	const [, address = given] = /^[^\p{Cc}<>,;:"@()[\]\\]{1,100} <([^<>]*)>$/u.exec(given) ?? [];
	return /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d-]+(\.[a-z\d-]+)*$/i.test(address) && address.length <= 254;
}

/** Of addresses, in bits, by the version of the protocol. */
const widths: ReadonlyMap<number, number> = new Map([
	[4, 32],
	[6, 128],
]);
/** One line that can be read and, where it looks like a link, be followed; one with a password in it is nobody's to see. */
function isContact(text: string): boolean {
	if (text.trim() !== text || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return false;
	if (!/^[a-z][a-z\d+.-]*:\S/i.test(text)) return true;
	const url = URL.canParse(text) ? new URL(text) : undefined;
	return url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

/** An IP address, or one with the length of its prefix. */
function isNetwork(text: string): boolean {
	const [, host = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
	const width = widths.get(isIP(host));
	return width !== undefined && (bits === undefined || Number(bits) <= width);
}

/** Settings that may be secret: never repeated in a message, and each may be kept in a file named by `<name>_file`. */
const secretSettings: readonly (readonly string[])[] = [
	["database"],
	["homeserver", "secret"],
	["email", "password"],
	["captcha", "secret"],
	["ldap", "bind_password"],
	["ldap", "ca"],
	["passwords", "pepper"],
	["passwords", "schemes"],
];

/** The same, with those of each provider that was given. */
export function secretsIn(value: unknown): readonly (readonly string[])[] {
	const upstream = isRecord(value) && isRecord(value.upstream) ? Object.keys(value.upstream) : [];
	return [...secretSettings, ...["*", ...upstream].flatMap(secretsOfProvider)];
}

function secretsOfProvider(id: string): readonly (readonly string[])[] {
	const own = ["upstream", id];
	return [
		[...own, "client_secret"],
		[...own, "private_key"],
		[...own, "sign_in_with_apple", "private_key"],
	];
}

export interface NamedSetting {
	readonly path: readonly string[];
	/** What a text has to be made into that stands for it. */
	readonly kind: "number" | "list" | "text";
}

/** All settings, each by its name. */
export const namedSettings: readonly NamedSetting[] = namedIn(settings);

/** The names of all settings, as paths. */
export const settingPaths = namedSettings.map(({ path }) => path);

function namedIn(type: z.ZodObject): readonly NamedSetting[] {
	return Object.entries(type.shape).flatMap(([name, member]) => {
		const inner = member instanceof z.ZodOptional ? member.unwrap() : member;
		if (inner instanceof z.ZodObject)
			return namedIn(inner).map(({ path, kind }) => ({ path: [name, ...path], kind }));
		return { path: [name], kind: kindOf(inner) };
	});
}

function kindOf(type: unknown): NamedSetting["kind"] {
	if (type instanceof z.ZodNumber) return "number";
	return type instanceof z.ZodArray ? "list" : "text";
}

/** The settings file as JSON Schema, for editors. */
export function settingsSchema(): string {
	const title = "Countersign settings";
	return `${JSON.stringify({ title, ...z.toJSONSchema(settings) }, undefined, "\t")}\n`;
}
