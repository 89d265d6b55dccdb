import { derivedKey } from "../../src/domain.ts";
import { createLetterSecrets } from "../../src/notices/index.ts";
import type { RunningServer } from "./server.ts";

/** Where a letter leads that is about this line of the log. */
export async function letterLink(server: Pick<RunningServer, "rows">, eventId: string): Promise<string> {
	const key = (await server.rows("settings")).find(({ name }) => name === "master-key")?.value;
	const secrets = createLetterSecrets(derivedKey(Buffer.from(String(key), "base64url"), "letters"));
	return `/account/not-me/${eventId}.${secrets.objection(eventId)}`;
}
