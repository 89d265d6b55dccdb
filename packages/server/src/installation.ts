import { randomBytes } from "node:crypto";
import type { Random } from "./config/index.ts";
import type { Storage } from "./storage/index.ts";

/** From the operating system. */
export const random: Random = {
	bytes: (count) => new Uint8Array(randomBytes(count)),
	token: (bytes = 24) => randomBytes(bytes).toString("base64url"),
};

/** What was settled at the first start and never changes: the server's name and its own key. */
interface Installation {
	readonly serverName: string;
	readonly masterKey: Uint8Array;
}

/** Settles both at the first start. Undefined where the data belong to another server name than the one wanted. */
export async function readInstallation(
	storage: Storage,
	wanted: string | undefined,
): Promise<Installation | undefined> {
	return storage.write(async ({ settings }) => {
		const serverName = await settings.getOrKeep("server-name", wanted ?? "localhost");
		if (wanted !== undefined && wanted !== serverName) return undefined;
		const key = await settings.getOrKeep("master-key", random.token(32));
		return { serverName, masterKey: new Uint8Array(Buffer.from(key, "base64url")) };
	});
}
