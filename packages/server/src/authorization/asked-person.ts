/** What an app's request says of the person it means: claims, both of them. */

type Parameters = Readonly<Record<string, unknown>>;

/** "create": a new account. "login": the person must enter the password again. Otherwise "consent". */
export function promptOf({ prompt }: Parameters): "create" | "login" | "consent" {
	const asked = typeof prompt === "string" ? prompt.split(" ") : [];
	if (asked.includes("create")) return "create";
	return asked.includes("login") ? "login" : "consent";
}

/** The localpart or user id the app expects. */
export function loginHintOf({ login_hint }: Parameters): string | undefined {
	return typeof login_hint === "string" ? login_hint.replace(/^mxid:/, "") : undefined;
}
