import type { Clock } from "../config/index.ts";
import type { Health, Receiver, Told } from "../tasks/index.ts";
import type { Language } from "../words/index.ts";
import { writeLetter } from "./letter.ts";
import { type Addressee, letterOf } from "./letters.ts";
import type { MailServer, MailTask } from "./ports.ts";
import { registrationLetter, type Stranger } from "./registration-letter.ts";

interface ReceiverDeps {
	readonly server: MailServer;
	readonly health: Health;
	readonly clock: Clock;
	readonly language: Language;
	/** What every letter knows of the server, and how it is for one person. */
	readonly addressee: (localpart: string) => Addressee;
	/** The same of who may have no account. */
	readonly stranger: (localpart: string | undefined) => Stranger;
}

/** The mail server as one that is told things: letters are written when they leave. */
export function createMailReceiver({
	server,
	health,
	clock,
	language,
	addressee,
	stranger,
}: ReceiverDeps): Receiver<MailTask> {
	return {
		...{ name: "the mail server", health },
		kindOf: ({ letter }) => letter?.kind ?? "unreadable",
		async tell({ accountId, position, createdAt, localpart, letter }): Promise<Told> {
			if (letter === undefined) return { ok: false, lasting: true, failure: "nobody can read this letter" };
			if (letter.expiresAt <= clock())
				return { ok: false, lasting: true, failure: "too late: what the letter says is over" };
			const of =
				letter.kind === "registration-code"
					? registrationLetter(letter, stranger(localpart))
					: localpart === undefined
						? undefined
						: letterOf(letter, addressee(localpart));
			if (of === undefined) return { ok: false, lasting: true, failure: "nobody can read this letter" };
			const written = writeLetter(of, language);
			const id = `${accountId}.${position}.${createdAt}`;
			const sent = await server.send({ ...written, to: letter.to, id, at: createdAt });
			health.note(!sent.ok && sent.reason === "silent" ? sent.failure : undefined);
			if (sent.ok) return { ok: true };
			return { ok: false, lasting: sent.reason === "refused", failure: sent.failure };
		},
		afterwards: () => ({ state: "done" }),
	};
}
