import { randomBytes } from "node:crypto";
import type { Config, Random } from "./config/index.ts";
import { noticedKinds, remindingKinds } from "./notices/index.ts";
import type { HomeserverKind, Storage, StorageSettings } from "./storage/index.ts";

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

export type InstallationOutcome =
	| ({ readonly ok: true } & Installation)
	| { readonly ok: false; readonly reason: "server-name-differs" | "homeserver-differs" };

/**
 * Settles all of it at the first start, and refuses data that belong to another server name than the one wanted, or to
 * the other kind of homeserver: people's devices and keys would be somewhere else.
 */
export async function readInstallation(
	storage: Storage,
	wanted: { readonly serverName?: string | undefined; readonly homeserver: HomeserverKind },
): Promise<InstallationOutcome> {
	return storage.write(async ({ settings }) => {
		// Data without a kind are those of a version that had one kind.
		const isOlder = (await settings.get("server-name")) !== undefined;
		const kind = await settings.getOrKeep("homeserver-kind", isOlder ? "embedded" : wanted.homeserver);
		if (kind !== wanted.homeserver) return { ok: false, reason: "homeserver-differs" };
		const serverName = await settings.getOrKeep("server-name", wanted.serverName ?? "localhost");
		if (wanted.serverName !== undefined && wanted.serverName !== serverName)
			return { ok: false, reason: "server-name-differs" };
		const key = await settings.getOrKeep("master-key", random.token(32));
		return { ok: true, serverName, masterKey: new Uint8Array(Buffer.from(key, "base64url")) };
	});
}

/** Which homeserver these settings are about. */
export function homeserverKind(config: Pick<Config, "homeserver">): HomeserverKind {
	return config.homeserver === undefined ? "embedded" : "synapse";
}

const day = 24 * 3_600_000;

/** What the storage has to know of the settings. */
export function storageSettings(config: Pick<Config, "homeserver" | "undoDays" | "email">): StorageSettings {
	const { undoDays, email } = config;
	return {
		homeserver: homeserverKind(config),
		...(email !== undefined && { noticed: [...noticedKinds, ...remindingKinds] }),
		...(undoDays !== undefined && { keptMs: undoDays * day }),
	};
}
