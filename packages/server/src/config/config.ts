import { resolve } from "node:path";
import type { z } from "zod";
import { type LdapConfig, ldapOf } from "./ldap.ts";
import type { Logo } from "./logo.ts";
import { type PasswordSchemeConfig, parsePasswordSchemes } from "./password-schemes.ts";
import type { settings } from "./settings.ts";
import { upstreamOf } from "./upstream.ts";
import type { UpstreamConfig } from "./upstream-config.ts";

export interface Config {
	/** Address to listen on. Default 127.0.0.1: nobody else reaches a fresh server. */
	readonly host: string;
	/** Default 8008; 0 takes any free port. */
	readonly port: number;
	/** Where the data live. Default: `data` beside the settings file or, without one, in the working directory. */
	readonly dataDirectory: string;
	/** `postgres://` URL of the database, a secret. Default: SQLite, in the data folder. */
	readonly database?: string;
	/**
	 * The address people and apps use, with a trailing slash. All URLs in answers come from it, never from a request.
	 * Default: `http://localhost:<port>/`.
	 */
	readonly publicBase?: string;
	/** Name of the homeserver; fixed at the first start. Default `localhost`. Always set beside Synapse. */
	readonly serverName?: string;
	/** Whether anybody may register. Default: only while both `host` and the public base are loopback. */
	readonly openRegistration: boolean;
	/** Whether people sign in by an e-mail address that they have confirmed, too. Default: no. */
	readonly signInByEmail?: boolean;
	/** Whether apps that can step up (MSC4363) are told so where they replace an identity. Default: no. */
	readonly stepUp?: boolean;
	/** What else is asked of who registers. */
	readonly registration?: RegistrationConfig;
	/** Of whom a second factor is demanded. Absent: of nobody. */
	readonly secondFactor?: SecondFactorConfig;
	/** What Synapse put behind passwords before it hashed them, a secret. Default: nothing. */
	readonly passwordPepper?: string;
	/** How the MAS from which people moved in hashed passwords, with its secrets. Default: not at all. */
	readonly passwordSchemes?: readonly PasswordSchemeConfig[];
	/** Whom people are told to ask: a name, an e-mail address or an http(s) link. Default: nobody by name. */
	readonly operatorContact?: string;
	/** What pages show of who runs the server. Absent: nothing. */
	readonly branding?: BrandingConfig;
	/** The mail server. Absent: nobody is sent mail. */
	readonly email?: EmailConfig;
	/** For how many hours the person may object to an approval before it can be used. Default: 0. */
	readonly resetDelayHours?: number;
	/** How long apps stay signed in, and on how many devices. Default: as the program has it. */
	readonly sessions?: SessionsConfig;
	/** Apps that may register and sign people in, by host or id. Default: every one. */
	readonly allowedClients?: readonly string[];
	/** How often one address may do what anybody may. Default: as the program has it. */
	readonly limits?: LimitsConfig;
	/** How long tokens for programs last that people make. Default: a year at most. */
	readonly tokens?: TokensConfig;
	/** What tells people from programs where they register. Absent: nothing does. */
	readonly captcha?: CaptchaConfig;
	/** A directory that checks passwords. Absent: there is none. */
	readonly ldap?: LdapConfig;
	/** Other services by which people sign in, in the order of the settings. Absent: none. */
	readonly upstream?: readonly UpstreamConfig[];
	/** For how many days what a reset takes away is kept for its person; 0: not at all. Default: 7. */
	readonly undoDays?: number;
	/** The least important lines of the log that are written. Default `info`. */
	readonly logLevel?: "info" | "warn" | "error";
	/**
	 * Addresses that may read `/metrics`. Default: loopback while no public base is set; else nobody, because behind a
	 * proxy on the same machine everybody comes from loopback.
	 */
	readonly metricsAllow?: readonly string[];
	/** Addresses and networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed. Default: none. */
	readonly trustedProxies: readonly string[];
	/** The Synapse that Countersign serves. Absent: the embedded homeserver. */
	readonly homeserver?: SynapseConfig;
}

/** How pages look and what they link to, where the operator says. */
export interface BrandingConfig {
	/** Default: that of the program. */
	readonly name?: string;
	readonly logo?: Logo;
	/** `#rrggbb`, readable on white. */
	readonly accent?: string;
	/** Link to a privacy policy. */
	readonly privacy?: string;
}

export interface RegistrationConfig {
	/** What everybody who registers has to agree to. Default: nothing. */
	readonly terms?: { readonly url: string; readonly version: string };
	/** Whether it takes a token. Default: no. */
	readonly needsToken?: boolean;
	/** Whether it takes an e-mail address that was shown to be theirs. Default: no. */
	readonly needsAddress?: boolean;
	/** Names that nobody gets by registering. Default: the usual ones. */
	readonly officialNames?: readonly string[];
}

export interface SecondFactorConfig {
	readonly demandedOf: "admins" | "everyone";
	/** How long each may go without, from when they are first told. */
	readonly graceDays: number;
}

export interface SessionsConfig {
	readonly accessMinutes?: number;
	readonly idleDays?: number;
	readonly daysAtMost?: number;
	readonly devicesAtMost?: number;
	readonly devicesPerApp?: number;
	readonly whenFull?: "refuse" | "longest-unused";
}

/** Each in the time that the setting names. */
export type LimitsConfig = Partial<
	Readonly<
		Record<
			"signInsBegun" | "appsRegistered" | "devicesAsking" | "accountsMade" | "passwordsTried" | "olderLogins",
			number
		>
	>
>;

export interface TokensConfig {
	/** Default: 365. */
	readonly daysAtMost: number;
	/** Whether one may last until it is ended. Default: no. */
	readonly mayLast: boolean;
}

export interface SynapseConfig {
	/** Where Countersign reaches Synapse's client API, with a trailing slash. */
	readonly synapse: string;
	/** Shared with Synapse, a secret: at least 16 visible ASCII characters. */
	readonly secret: string;
	/** Where apps reach the homeserver, with a trailing slash. Default: `https://<server name without its port>/`. */
	readonly publicBase: string;
	/** Whether uploads of cross-signing keys pass Countersign on their way to Synapse. Default: yes. */
	readonly guard: boolean;
}

/** A service that tells people from programs. */
export interface CaptchaConfig {
	readonly kind: "hcaptcha" | "turnstile";
	readonly siteKey: string;
	/** A secret. */
	readonly secret: string;
	/** Where it is asked. No setting: tests stand in for it. Default: where that service is. */
	readonly verifyAt?: string;
}

/** A mail server, and who writes. */
export interface EmailConfig {
	readonly host: string;
	readonly port: number;
	/** `starttls` and `tls`: nothing is sent without. */
	readonly security: "starttls" | "tls" | "none";
	readonly username?: string;
	/** A secret. There where a user name is. */
	readonly password?: string;
	/** `a@example.org`, or `Name <a@example.org>`. */
	readonly from: string;
	readonly replyTo?: string;
}

/** The settings with their defaults filled in. */
export function configOf(
	given: z.output<typeof settings>,
	{
		dataFrom,
		logo,
	}: {
		/** The folder that a relative `data` starts from. */
		readonly dataFrom: string;
		readonly logo?: Logo | undefined;
	},
): Config {
	const host = given.host ?? "127.0.0.1";
	const open = given.open_registration;
	const homeserver = homeserverOf(given);
	const email = emailOf(given);
	const branding = brandingOf(given, logo);
	const registration = registrationOf(given);
	const captcha = captchaOf(given);
	const ldap = ldapOf(given.ldap);
	const openRegistration =
		open === undefined ? isPrivate(host, given.public_base) : open === "token" || isYes(open);
	const upstream = upstreamOf(given.upstream, open === "token" ? open : openRegistration ? "yes" : "no");
	return Object.freeze({
		host,
		port: given.port ?? 8008,
		dataDirectory: resolve(dataFrom, given.data ?? "data"),
		...(given.database !== undefined && given.database !== "sqlite" && { database: given.database }),
		...(given.public_base !== undefined && { publicBase: base(given.public_base) }),
		...(given.server_name !== undefined && { serverName: given.server_name }),
		openRegistration,
		...(given.sign_in_by_email !== undefined && { signInByEmail: isYes(given.sign_in_by_email) }),
		...(given.step_up !== undefined && { stepUp: isYes(given.step_up) }),
		...(registration !== undefined && { registration }),
		...(given.second_factor?.demanded_of !== undefined && {
			secondFactor: Object.freeze({
				demandedOf: given.second_factor.demanded_of,
				graceDays: given.second_factor.grace_days ?? 14,
			}),
		}),
		...(given.passwords?.pepper !== undefined && { passwordPepper: given.passwords.pepper }),
		...(given.passwords?.schemes !== undefined && {
			passwordSchemes: parsePasswordSchemes(given.passwords.schemes) ?? [],
		}),
		...(given.operator?.contact !== undefined && { operatorContact: given.operator.contact }),
		...(branding !== undefined && { branding }),
		...(email !== undefined && { email }),
		...(given.reset?.delay_hours !== undefined && { resetDelayHours: given.reset.delay_hours }),
		...(given.sessions !== undefined && { sessions: sessionsOf(given.sessions) }),
		...(given.clients?.allowed !== undefined && { allowedClients: given.clients.allowed }),
		...(given.limits !== undefined && { limits: limitsOf(given.limits) }),
		...(given.tokens !== undefined && { tokens: tokensOf(given.tokens) }),
		...(captcha !== undefined && { captcha }),
		...(ldap !== undefined && { ldap }),
		...(upstream.length > 0 && { upstream }),
		undoDays: given.undo_days ?? 7,
		logLevel: given.log?.level ?? "info",
		metricsAllow: given.metrics?.allow ?? (given.public_base === undefined ? loopback : []),
		trustedProxies: given.trusted_proxies ?? [],
		...(homeserver !== undefined && { homeserver }),
	});
}

function homeserverOf({ homeserver: given = {}, server_name: name = "" }: z.output<typeof settings>) {
	if (given.synapse === undefined || given.secret === undefined) return;
	const { synapse, secret, public_base: publicBase, guard } = given;
	return Object.freeze({
		synapse: base(synapse),
		secret,
		publicBase: base(publicBase ?? `https://${name.replace(/:\d+$/, "")}`),
		guard: guard === undefined || isYes(guard),
	});
}

function registrationOf({
	registration: given,
	open_registration: open,
}: z.output<typeof settings>): RegistrationConfig | undefined {
	const needsToken = open === "token";
	if (given === undefined && !needsToken) return;
	const { official_names: officialNames, terms: url, terms_version: version, email_required } = given ?? {};
	return Object.freeze({
		...(url !== undefined && version !== undefined && { terms: { url, version } }),
		...(needsToken && { needsToken }),
		...(email_required !== undefined && { needsAddress: isYes(email_required) }),
		...(officialNames !== undefined && { officialNames }),
	});
}

function brandingOf(
	{ operator: given = {} }: z.output<typeof settings>,
	logo: Logo | undefined,
): BrandingConfig | undefined {
	const { name, accent, privacy } = given;
	if ([name, accent, privacy, logo].every((one) => one === undefined)) return;
	return Object.freeze({
		...(name !== undefined && { name }),
		...(logo !== undefined && { logo }),
		...(accent !== undefined && { accent }),
		...(privacy !== undefined && { privacy }),
	});
}

const mailPorts = { starttls: 587, tls: 465, none: 25 } as const;

function emailOf({ email: given = {} }: z.output<typeof settings>): EmailConfig | undefined {
	const { host, security = "starttls", username, password, from, reply_to: replyTo } = given;
	if (host === undefined || from === undefined) return;
	return Object.freeze({
		...{ host, port: given.port ?? mailPorts[security], security, from },
		...(username !== undefined && password !== undefined && { username, password }),
		...(replyTo !== undefined && { replyTo }),
	});
}

function captchaOf({ captcha: given = {} }: z.output<typeof settings>): CaptchaConfig | undefined {
	const { kind, site_key: siteKey, secret } = given;
	if (kind === undefined || siteKey === undefined || secret === undefined) return;
	return Object.freeze({ kind, siteKey, secret });
}

const whenFull = { refuse: "refuse", longest_unused: "longest-unused" } as const;

function sessionsOf(given: NonNullable<z.output<typeof settings>["sessions"]>): SessionsConfig {
	return Object.freeze({
		...(given.access_minutes !== undefined && { accessMinutes: given.access_minutes }),
		...(given.idle_days !== undefined && { idleDays: given.idle_days }),
		...(given.days_at_most !== undefined && { daysAtMost: given.days_at_most }),
		...(given.devices_at_most !== undefined && { devicesAtMost: given.devices_at_most }),
		...(given.devices_per_app !== undefined && { devicesPerApp: given.devices_per_app }),
		...(given.when_full !== undefined && { whenFull: whenFull[given.when_full] }),
	});
}

function limitsOf(given: NonNullable<z.output<typeof settings>["limits"]>): LimitsConfig {
	return Object.freeze({
		...(given.sign_ins_begun !== undefined && { signInsBegun: given.sign_ins_begun }),
		...(given.apps_registered !== undefined && { appsRegistered: given.apps_registered }),
		...(given.devices_asking !== undefined && { devicesAsking: given.devices_asking }),
		...(given.accounts_made !== undefined && { accountsMade: given.accounts_made }),
		...(given.passwords_tried !== undefined && { passwordsTried: given.passwords_tried }),
		...(given.older_logins !== undefined && { olderLogins: given.older_logins }),
	});
}

function tokensOf(given: NonNullable<z.output<typeof settings>["tokens"]>): TokensConfig {
	const { days_at_most: daysAtMost = 365, without_end: mayLast = false } = given;
	return Object.freeze({ daysAtMost, mayLast: isYes(mayLast) });
}

function base(url: string): string {
	return `${new URL(url).origin}/`;
}

function isYes(answer: boolean | "yes" | "no"): boolean {
	return answer === true || answer === "yes";
}

const loopback = ["127.0.0.1", "::1"];

/** A server on loopback with an address for others is behind a proxy. */
function isPrivate(host: string, publicBase: string | undefined): boolean {
	return isLoopback(host) && (publicBase === undefined || isLoopback(new URL(publicBase).hostname));
}

function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || host === "[::1]" || host.startsWith("127.");
}
