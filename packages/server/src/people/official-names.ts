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

/** What somebody sees who reads quickly: no signs between letters, and letters in the place of what looks like them. */
function lookOf(name: string): string {
	return alike.reduce((look, [is, like]) => look.replaceAll(is, like), name.replace(/[^a-z0-9]/g, ""));
}

/** Localparts have no letters of other scripts. */
const alike = [
	...[["rn", "m"] as const, ["vv", "w"] as const, ["cl", "d"] as const],
	...[["0", "o"] as const, ["3", "e"] as const, ["4", "a"] as const, ["5", "s"] as const],
	...[["7", "t"] as const, ["8", "b"] as const, ["9", "g"] as const],
];

/**
 * Whether one reads as the other. `i` and `l` stand for each other, and `1` for both; but where one stands for the other
 * and further on the other for the one, it is another word: `mali` is not `mail`. As `cl` is a `d`, so is `c` before
 * whatever stands for `l`, but where a `d` is meant alone: in `offic1al` none is.
 */
function readsAs(look: string, official: string): boolean {
	const swaps = new Set<string>();
	let at = 0;
	for (const meant of official) {
		const is = look[at++] ?? "";
		if (is === meant) continue;
		const [stands, instead] = meant === "d" && is === "c" ? [look[at++] ?? "", "l"] : [is, meant];
		if (!/^[1il]{2}$/.test(stands + instead)) return false;
		if (stands !== instead && stands !== "1" && instead !== "1") swaps.add(stands + instead);
	}
	return at === look.length && swaps.size < 2;
}

/** Whether it is one of the names, or looks like one. */
export function isOfficialName(localpart: string, names: readonly string[]): boolean {
	const look = lookOf(localpart);
	return look !== "" && names.some((name) => readsAs(look, lookOf(name)));
}
