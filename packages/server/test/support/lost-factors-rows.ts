import { randomUUID } from "node:crypto";
import { derivedKey } from "../../src/domain.ts";
import { createLetterSecrets } from "../../src/notices/index.ts";
import type { AttackWorld } from "./attack-world.ts";
import type { RunningServer } from "./server.ts";

/** Somebody says that this person has lost every second factor; the waiting time began then, or has not. */
export async function seedLoss(
	{ server, now }: Pick<AttackWorld, "server" | "now">,
	localpart: string,
	begunAt: number | null,
): Promise<void> {
	await server.change(`INSERT INTO factor_losses (account_id, id, generation, asked_at, sent_at, begun_at)
		SELECT id, '${randomUUID()}', generation, ${now()}, ${now()}, ${begunAt} FROM accounts
		WHERE localpart = '${localpart}'`);
}

/** Where the letter leads that goes to this address. */
export async function lossLink(
	server: Pick<RunningServer, "rows">,
	it: { readonly step: "begin" | "finish"; readonly localpart: string; readonly key: string },
): Promise<string> {
	const master = (await server.rows("settings")).find(({ name }) => name === "master-key")?.value;
	const secrets = createLetterSecrets(derivedKey(Buffer.from(String(master), "base64url"), "letters"));
	const account = (await server.rows("accounts")).find((row) => row.localpart === it.localpart)?.id;
	const loss = (await server.rows("factor_losses")).find((row) => row.account_id === account);
	return `/account/lost-factors/${loss?.id}.${secrets.loss(it.step, String(loss?.id), it.key)}`;
}
