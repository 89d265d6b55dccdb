/**
 * Names that people take for those who run the server, or to which mail for them goes: nobody gets one by registering.
 * @see https://www.rfc-editor.org/rfc/rfc2142
 */
export const usualOfficialNames: readonly string[] = [
	...["abuse", "account", "accounts", "admin", "administration", "administrator", "admins", "anonymous"],
	...["billing", "bot", "compliance", "contact", "countersign", "daemon", "everyone", "guest", "help"],
	...["helpdesk", "here", "homeserver", "host", "hostmaster", "info", "legal", "mail", "mailer-daemon"],
	...["matrix", "mod", "moderation", "moderator", "moderators", "mods", "nobody", "noreply", "notice"],
	...[
		"notices",
		"official",
		"operator",
		"operators",
		"owner",
		"password",
		"postmaster",
		"privacy",
		"register",
	],
	...["registration", "room", "root", "security", "server", "service", "services", "staff", "superuser"],
	...["support", "sysadmin", "sysop", "system", "team", "trust", "verify"],
	...["webmaster", "welcome"],
];

/** What two names look like to somebody who reads quickly: signs between letters, and digits that look like letters. */
function lookOf(name: string): string {
	return name
		.replace(/[^a-z0-9]/g, "")
		.replaceAll("0", "o")
		.replaceAll(/[1l]/g, "i");
}

/** Whether it is one of the names, or looks like one. */
export function isOfficialName(localpart: string, names: readonly string[]): boolean {
	const look = lookOf(localpart);
	return look !== "" && names.some((name) => lookOf(name) === look);
}
