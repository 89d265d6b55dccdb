import { z } from "zod";
import { group, yesOrNo } from "./setting-kinds.ts";

/** A directory (LDAP) that checks passwords. */
export interface LdapConfig {
	/** `ldaps://host:port`, or `ldap://host:port`, which is encrypted by STARTTLS, or goes nowhere but here. */
	readonly url: string;
	readonly starttls: boolean;
	/** PEM. Default: the authorities that Node.js knows. */
	readonly ca?: string;
	/** As whom people are looked for. Default: as nobody. */
	readonly bind?: { readonly dn: string; readonly password: string };
	readonly base: string;
	/** Whom a name means: `{username}` in it is what was typed. */
	readonly filter: string;
	/** What everybody has to be besides, to be let in. Default: nothing. */
	readonly requiredFilter?: string;
	/** What stays the same of an entry for ever. */
	readonly idAttribute: string;
	readonly nameAttribute: string;
	readonly displayNameAttribute?: string;
	/** Addresses of it count as confirmed. Default: none is taken over. */
	readonly emailAttribute?: string;
	/** Whether who has no account gets one. */
	readonly newAccounts: boolean;
	/** How long each question may take. */
	readonly timeoutMs: number;
}

const where = "ldaps:// or ldap:// with a host, like ldaps://ldap.example.org";
const filterShape = "a filter in parentheses, like (uid={username})";
const required = "a filter in parentheses, like (memberOf=cn=matrix,ou=groups,dc=example,dc=org)";
const attributeShape = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

const attribute = z.string("an attribute").regex(attributeShape, "the name of an attribute, like uid");
const dn = z
	.string("a distinguished name")
	.regex(/^[^\p{Cc}]*=[^\p{Cc}]*$/u, "a name like dc=example,dc=org");

export const ldapSettings = group({
	url: z
		.string(where)
		.refine(isLdapUrl, where)
		.describe("Directory that checks passwords of people (LDAP). Default: none.")
		.optional(),
	starttls: yesOrNo
		.describe("Whether ldap:// is encrypted by STARTTLS; without it only loopback is asked. Default: no.")
		.optional(),
	ca: z
		.string("a certificate in PEM")
		.regex(/-----BEGIN CERTIFICATE-----/, "a certificate in PEM")
		.describe("Authority that has signed its certificate, in PEM. Default: those that Node.js knows.")
		.optional(),
	ca_file: file("ldap.ca"),
	bind_dn: dn.describe("As whom people are looked for there. Default: as nobody (anonymous).").optional(),
	bind_password: z
		.string("a password")
		.min(1, "a password")
		.describe("Password of that one. Always set beside `bind_dn`.")
		.optional(),
	bind_password_file: file("ldap.bind_password"),
	base: dn.describe("Under which entry people are looked for. Always set beside `url`.").optional(),
	filter: z
		.string(filterShape)
		.refine((text) => isFilter(text) && text.includes("{username}"), filterShape)
		.describe("Whom a name means; {username} stands for what was typed. Default: (uid={username}).")
		.optional(),
	required_filter: z
		.string(required)
		.refine((text) => isFilter(text) && !text.includes("{"), required)
		.describe("What somebody has to be besides to be let in: a group, say. Default: nothing.")
		.optional(),
	id_attribute: attribute
		.describe("What stays the same of an entry for ever; in Active Directory objectGUID. Default: entryUUID.")
		.optional(),
	name_attribute: attribute
		.describe("What new accounts are named by; in Active Directory sAMAccountName. Default: uid.")
		.optional(),
	display_name_attribute: attribute
		.describe("What new accounts have as their display name. Default: none.")
		.optional(),
	email_attribute: attribute
		.describe("Whose value new accounts have as a confirmed e-mail address. Default: none.")
		.optional(),
	new_accounts: yesOrNo
		.describe("Whether who has no account gets one at the first sign-in. Default: yes.")
		.optional(),
	timeout_seconds: z
		.number("a number of seconds")
		.int("a whole number of seconds")
		.min(1, "a number of seconds, 1 to 30")
		.max(30, "a number of seconds, 1 to 30")
		.describe("How long a password may take there before it is said that the directory is away. Default: 5.")
		.optional(),
});

export function ldapOf(given: z.output<typeof ldapSettings>): LdapConfig | undefined {
	const { url, base, bind_dn, bind_password, ca, required_filter } = given ?? {};
	if (given === undefined || url === undefined || base === undefined) return undefined;
	const { display_name_attribute, email_attribute } = given;
	return Object.freeze({
		...{ url, base, starttls: isYes(given.starttls), filter: given.filter ?? "(uid={username})" },
		...(ca !== undefined && { ca }),
		...(bind_dn !== undefined &&
			bind_password !== undefined && { bind: { dn: bind_dn, password: bind_password } }),
		...(required_filter !== undefined && { requiredFilter: required_filter }),
		idAttribute: given.id_attribute ?? "entryUUID",
		nameAttribute: given.name_attribute ?? "uid",
		...(display_name_attribute !== undefined && { displayNameAttribute: display_name_attribute }),
		...(email_attribute !== undefined && { emailAttribute: email_attribute }),
		newAccounts: given.new_accounts === undefined || isYes(given.new_accounts),
		timeoutMs: (given.timeout_seconds ?? 5) * 1000,
	});
}

/** What a password would go over in plain sight. */
export function isOpenlyAsked(url: unknown, starttls: unknown): boolean {
	if (typeof url !== "string" || !isLdapUrl(url) || starttls === true || starttls === "yes") return false;
	const { protocol, hostname } = new URL(url);
	return protocol === "ldap:" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

function file(of: string) {
	return z
		.string("a file")
		.min(1, "a file")
		.describe(`File that holds the value of \`${of}\`, relative to this file.`)
		.optional();
}

function isYes(answer: boolean | string | undefined): boolean {
	return answer === true || answer === "yes";
}

function isLdapUrl(text: string): boolean {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || url.username !== "" || url.password !== "" || url.hostname === "") return false;
	const isBare = /^\/?$/.test(url.pathname) && url.search === "" && url.hash === "";
	return isBare && ["ldap:", "ldaps:"].includes(url.protocol);
}

/** One filter, whose parentheses belong to each other. */
function isFilter(text: string): boolean {
	let depth = 0;
	for (const [at, sign] of [...text].entries()) {
		if (sign === "(") depth++;
		if (sign === ")") depth--;
		if (depth <= 0 && at < [...text].length - 1) return false;
	}
	return depth === 0 && text.startsWith("(") && text.length > 2;
}
