import { duration, say } from "../words/index.ts";
import type { Letter } from "./letter.ts";
import type { Addressee } from "./letters.ts";
import type { QueuedLetter } from "./ports.ts";

/** Who is written to where there may be no account. */
export interface Stranger extends Omit<Addressee, "localpart" | "userId"> {
	/** Whose the address is. */
	readonly userId: string | undefined;
}

/**
 * To who wants an account: the code, or that they have one. Which of them is known to the mailbox alone. No greeting and
 * nothing that was typed: a stranger had it sent.
 */
export function registrationLetter(
	letter: Extract<QueuedLetter, { kind: "registration-code" }>,
	{ userId, server, publicBase, secrets, now }: Stranger,
): Letter {
	if (userId !== undefined) {
		const url = new URL("account/forgotten-password", publicBase).href;
		return {
			subject: say("mail.account-there-subject", { server }),
			parts: [
				say("mail.account-there-why", { server, userId }),
				{ url, label: say("mail.account-there-label") },
				say("mail.account-there-not-you"),
			],
		};
	}
	const code = secrets.code(letter.seed);
	const time = duration(letter.expiresAt - now);
	return {
		subject: say("mail.code-subject", { code, server }),
		parts: [
			...[say("mail.registration-why", { server }), { code }],
			...[say("mail.code-until", { time, server }), say("mail.registration-not-you")],
		],
	};
}
