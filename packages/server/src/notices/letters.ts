import { readAddress } from "../identifiers/index.ts";
import { duration, say } from "../words/index.ts";
import type { Letter } from "./letter.ts";
import { noticeText } from "./noticed.ts";
import { objectionToken } from "./objections.ts";
import type { QueuedLetter } from "./ports.ts";
import type { LetterSecrets } from "./secrets.ts";

/** Who is written to, and by whom. */
export interface Addressee {
	readonly localpart: string;
	readonly userId: string;
	/** The operator's name, or the server's. */
	readonly server: string;
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly secrets: LetterSecrets;
	readonly now: number;
}

/** For an operator who wants to see one arrive. */
export function testLetter(server: string): Letter {
	return { subject: say("mail.test-subject", { server }), parts: [say("mail.test-text", { server })] };
}

/** What a letter of this kind says. Undefined where nobody knows any more what it is about. */
export function letterOf(
	letter: Exclude<QueuedLetter, { kind: "registration-code" }>,
	{ localpart, userId, server, ...of }: Addressee,
): Letter | undefined {
	const hello = say("mail.hello", { localpart });
	switch (letter.kind) {
		case "address-code": {
			const code = of.secrets.code(letter.seed);
			const time = duration(letter.expiresAt - of.now);
			return {
				subject: say("mail.code-subject", { code, server }),
				// No greeting: a stranger chose the name, and may have chosen what reads as a link.
				parts: [
					...[say("mail.code-why", { server, userId }), { code }],
					...[say("mail.code-until", { time, server }), say("mail.code-not-you")],
				],
			};
		}
		case "password-link": {
			const url = new URL(`account/new-password/${of.secrets.link(letter.seed)}`, of.publicBase).href;
			const time = duration(letter.expiresAt - of.now);
			return {
				subject: say("mail.link-subject", { server }),
				parts: [
					...[hello, say("mail.link-why", { userId, server })],
					{ url, label: say("mail.link-label") },
					...[say("mail.link-until", { time }), say("mail.link-not-you")],
				],
			};
		}
		case "lost-factors-begin": {
			const time = duration(letter.expiresAt - of.now);
			return {
				subject: say("mail.lost-begin-subject", { server }),
				parts: [
					...[hello, say("mail.lost-begin-why", { userId, server })],
					{ url: lossLink(of, "begin", letter), label: say("mail.lost-begin-label") },
					...[say("mail.lost-begin-until", { time }), say("mail.lost-begin-not-you")],
				],
			};
		}
		case "lost-factors-finish": {
			const time = duration(letter.expiresAt - of.now);
			return {
				subject: say("mail.lost-finish-subject", { server }),
				parts: [
					...[hello, say("mail.lost-finish-why", { userId, server })],
					{ url: lossLink(of, "finish", letter), label: say("mail.lost-finish-label") },
					...[say("mail.lost-finish-until", { time }), say("mail.lost-finish-not-you")],
				],
			};
		}
		case "notice": {
			const what = noticeText(letter.event);
			if (what === undefined) return undefined;
			const when = inUtc(Number(letter.at));
			const isClosed = letter.event === "account-deactivated";
			return {
				subject: say("mail.notice-subject", { what, server }),
				parts: [
					...[hello, say("mail.notice-text", { userId, server }), say("mail.notice-what", { what, when })],
					...(letter.from === "" ? [] : [say("notice.from", { address: letter.from })]),
					...(letter.event === "reset-approved" ? [say("mail.notice-approved")] : []),
					...(isClosed
						? [say("mail.notice-closed")]
						: [say("mail.notice-was-you"), notMe(of, letter.eventId)]),
				],
			};
		}
		case "ends-soon": {
			const told = { name: wordsOf(letter.name), userId, server, when: inUtc(Number(letter.ends)) };
			const page = (path: string) => new URL(path, of.publicBase).href;
			// The server may have been down, or the token come along: it was over before anybody was told.
			const isOver = Number(letter.ends) <= of.now;
			if (letter.what === "token-ends-soon")
				return {
					subject: say(isOver ? "mail.token-over-subject" : "mail.token-ends-subject", { server }),
					parts: [
						...[hello, say(isOver ? "mail.token-over-text" : "mail.token-ends-text", told)],
						{ url: page("account/tokens"), label: say("mail.token-ends-label") },
						say("mail.ends-nothing"),
					],
				};
			return {
				subject: say("mail.app-ends-subject", { server }),
				parts: [
					...[
						hello,
						say(letter.what === "app-idle-soon" ? "mail.app-idle-text" : "mail.app-ends-text", told),
					],
					say("mail.app-ends-keys"),
					{ url: page("account/devices"), label: say("mail.app-ends-label") },
					say("mail.ends-nothing"),
				],
			};
		}
		case "address-removed":
			return {
				subject: say("mail.removed-subject", { server }),
				parts: [
					...[hello, say("mail.removed-text", { userId }), say("mail.removed-not-you")],
					notMe(of, letter.eventId),
				],
			};
		case "address-withdrawn":
			return {
				subject: say("mail.removed-subject", { server }),
				parts: [hello, say("mail.withdrawn-text", { userId, server }), say("mail.withdrawn-ask")],
			};
	}
}

/** Apps choose what they are called, and programs that show mail make a link of what reads as one. */
function wordsOf(name: string): string {
	const words = name.replaceAll(/[^\p{L}\p{N} _-]+/gu, " ").replaceAll(/ +/g, " ");
	return [...words.trim()].slice(0, longestName).join("");
}

const longestName = 60;

function inUtc(at: number): string {
	return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The link of a letter about lost factors, which is for the address to which it goes. */
function lossLink(
	{ secrets, publicBase }: Pick<Addressee, "secrets" | "publicBase">,
	step: "begin" | "finish",
	{ seed, to }: { readonly seed: string; readonly to: string },
) {
	const secret = secrets.loss(step, seed, readAddress(to)?.key ?? "");
	return new URL(`account/lost-factors/${seed}.${secret}`, publicBase).href;
}

/** The link with which whoever has the letter says that it was not them. */
function notMe({ secrets, publicBase }: Pick<Addressee, "secrets" | "publicBase">, eventId: string) {
	const url = new URL(`account/not-me/${objectionToken(secrets, eventId)}`, publicBase).href;
	return { url, label: say("notice.not-me") };
}
