import type { Sent } from "./ports.ts";

type Failed = Extract<Sent, { ok: false }>;

/** What of a failure is our own words or a number: whatever else it says comes from another server, or names somebody. */
export function failureOf(error: unknown): Failed {
	const { code, cause, responseCode, response, command } = factsOf(error);
	if (responseCode === undefined || responseCode === 421)
		return { ok: false, reason: "silent", failure: silence(code, cause) };
	const step = steps.find(([start]) => command.startsWith(start))?.[1] ?? "the beginning";
	const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
	const failure = `the mail server answered ${step} with ${responseCode}${enhanced === undefined ? "" : ` ${enhanced}`}`;
	const isForGood = command.startsWith("DATA")
		? responseCode >= 500
		: command.startsWith("RCPT") && hasNoMailbox(responseCode, enhanced);
	return { ok: false, reason: isForGood ? "refused" : "deferred", failure };
}

/**
 * All else that is said of a recipient can change: our settings, a list or a policy there, room in the mailbox. Such a
 * letter is tried again for as long as it is worth anything.
 * @see https://www.rfc-editor.org/rfc/rfc3463#section-3
 */
function hasNoMailbox(code: number, enhanced: string | undefined): boolean {
	if (enhanced === undefined) return [550, 551, 553].includes(code);
	return ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"].includes(enhanced);
}

const steps = [
	["AUTH", "the sign-in"],
	["STARTTLS", "the request for encryption"],
	["MAIL", "the sender"],
	["RCPT", "the recipient"],
	["DATA", "the letter"],
] as const;

function silence(code: string, cause: string): string {
	if (code === "EAUTH" || code === "ENOAUTH") return "the mail server lets nobody sign in";
	if (code === "ETLS") return "the connection to the mail server cannot be encrypted";
	if (code === "ETIMEDOUT" || code === "EABORT") return "the mail server did not answer in time";
	if (code === "EDNS") return "the name of the mail server cannot be resolved";
	return `the mail server cannot be reached${/^[A-Z][A-Z_]{2,40}$/.test(cause) ? ` (${cause})` : ""}`;
}

function factsOf(error: unknown) {
	const facts: Readonly<Record<string, unknown>> = { ...(typeof error === "object" ? error : undefined) };
	const text = (name: string) => (typeof facts[name] === "string" ? facts[name] : "");
	const responseCode = typeof facts.responseCode === "number" ? facts.responseCode : undefined;
	const code = text("code");
	return {
		code,
		cause: text("originalCode") || code,
		response: text("response"),
		command: text("command"),
		responseCode,
	};
}
