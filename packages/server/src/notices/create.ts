import type { Transactions } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import type { Clock, EmailConfig, Random } from "../config/index.ts";
import type { Log } from "../log/index.ts";
import { type CountTold, createHealth, createOutbox, type Outbox } from "../tasks/index.ts";
import type { Language } from "../words/index.ts";
import { createMailReceiver } from "./mail-receiver.ts";
import type { MailUnit } from "./ports.ts";
import type { LetterSecrets } from "./secrets.ts";
import { createSmtp } from "./smtp.ts";

interface NoticesDeps<Unit extends MailUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly email: EmailConfig;
	readonly secrets: LetterSecrets;
	readonly serverName: string;
	/** In whose name letters are. Default: the server's. */
	readonly operatorName?: string | undefined;
	readonly publicBase: string;
	readonly language: Language;
	readonly count: CountTold;
}

/** For what is under way when the server stops. */
const graceMs = 5_000;

/** Sends the letters that wait. */
export function createNotices<Unit extends MailUnit>(
	deps: NoticesDeps<Unit>,
): { readonly outbox: Outbox; close(): Promise<void> } {
	const { email, clock, serverName, publicBase, secrets } = deps;
	const server = deps.operatorName ?? serverName;
	const smtp = createSmtp(email);
	const stranger = (localpart: string | undefined) => {
		const userId = localpart === undefined ? undefined : makeUserId(localpart, serverName);
		return { userId, server, publicBase, secrets, now: clock() };
	};
	const addressee = (localpart: string) => {
		const userId = makeUserId(localpart, serverName);
		return { ...stranger(localpart), localpart, userId };
	};
	const health = createHealth("the mail server", deps.log);
	const receiver = createMailReceiver({ ...deps, server: smtp, health, addressee, stranger });
	const outbox = createOutbox({ ...deps, lineOf: (unit) => unit.mailTasks, receiver });
	return {
		outbox,
		async close() {
			// What the mail server has not taken by then is cut off, and sent after the next start.
			const cut = setTimeout(smtp.close, graceMs);
			await outbox.stop();
			clearTimeout(cut);
			smtp.close();
		},
	};
}
