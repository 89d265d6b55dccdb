import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { metadataAt } from "../../../test/support/metadata.ts";
import { type Answer, type Seen, scriptedServer } from "../../../test/support/scripted-server.ts";
import { createKeyPair, withSignature } from "../key-pairs.ts";
import type { RoomKey } from "../ports.ts";
import { encodeRecoveryKey } from "../recovery-key.ts";
import { createStorageKey, describeKey, encryptSecret, type StorageKey } from "../secret-storage.ts";
import { encryptRoomKey } from "./backup-cipher.ts";
import { restoreKeptMessages } from "./restore-kept-messages.ts";

const userId = "@alice:localhost";

/** A backup of one message key, as the server keeps it for a recovery key. */
async function keptFor({ keyId, secret }: StorageKey, version: string, sessionId: string) {
	const keys = await createKeyPair("X25519");
	const encrypted = {
		[keyId]: await encryptSecret({ key: secret, name: "m.megolm_backup.v1", text: keys.secret }),
	};
	const secrets = {
		"m.megolm_backup.v1": { encrypted },
		[`m.secret_storage.key.${keyId}`]: await describeKey({ keyId, secret }),
	};
	const session_data = await encryptRoomKey(keys.publicKey, { algorithm: "m.megolm.v1.aes-sha2" });
	return {
		kept: { version, secrets },
		stored: { rooms: { "!room:localhost": { sessions: { [sessionId]: { session_data } } } } },
	};
}

type Kept = Awaited<ReturnType<typeof keptFor>>;

interface Trouble {
	/** This version is gone. */
	readonly gone?: string;
	/** From that on nobody may read. */
	readonly isOver?: boolean;
}

/** The oldest first. */
async function open(t: TestContext, all: readonly Kept[], { gone, isOver = false }: Trouble = {}) {
	let isClosed = false;
	const master = await createKeyPair("Ed25519");
	const into = await createKeyPair("X25519");
	const auth_data = await withSignature({ public_key: into.publicKey }, userId, master);
	const answer = ({ method, path, headers }: Seen): Answer => {
		const url = new URL(path, `http://${headers.host}`);
		if (url.pathname.endsWith("/auth_metadata")) return { status: 200, body: metadataAt(url.origin) };
		if (isClosed && url.pathname === "/undo/v1/kept")
			return { status: 403, body: { errcode: "M_FORBIDDEN", url: `${url.origin}/account/kept` } };
		if (url.pathname === "/undo/v1/kept") return { status: 200, body: { kept: all.map(({ kept }) => kept) } };
		if (url.pathname.endsWith("/room_keys/version"))
			return { status: 200, body: { version: "9", auth_data, count: 0 } };
		if (method === "PUT") return { status: 200, body: { count: 1, etag: "e" } };
		const version = url.searchParams.get("version");
		isClosed ||= isOver && version === gone;
		const found = all.find(({ kept }) => kept.version === version && version !== gone);
		return found === undefined ? { status: 404, body: {} } : { status: 200, body: found.stored };
	};
	const { url, seen } = await scriptedServer(t, answer);
	const imported: RoomKey[] = [];
	const progress: string[] = [];
	const restore = (recovery: StorageKey) =>
		restoreKeptMessages({
			session: { homeserver: url, userId, deviceId: "PHONE", accessToken: async () => "token" },
			crypto: {
				heldMasterKey: async () => master.publicKey,
				importIdentity: async () => {},
				signDevice: async () => {},
				backupVersion: async () => "9",
				useBackup: async () => {},
				importRoomKeys: async (keys) => void imported.push(...keys),
			},
			recovery: { kind: "recovery-key", recoveryKey: encodeRecoveryKey(recovery.secret) },
			onProgress: ({ done, total }) => void progress.push(`${done} of ${total}`),
			present: () => assert.fail("it is let read already"),
		});
	const sessions = () => imported.map(({ session_id }) => session_id);
	const written = () => seen.filter(({ method }) => method === "PUT").length;
	const read = () => seen.filter(({ method, path }) => method === "GET" && path.includes("room_keys/keys"));
	return { restore, sessions, progress, written, read: () => read().length };
}

test("everything kept that the recovery key opens is brought back, the newest first, and nothing else", async (t) => {
	const [mine, other] = [await createStorageKey(), await createStorageKey()];
	const world = await open(t, [
		await keptFor(mine, "1", "oldest"),
		await keptFor(other, "2", "of another key"),
		await keptFor(mine, "3", "newest"),
	]);
	assert.deepEqual(await world.restore(mine), { total: 3, imported: 2 });
	assert.deepEqual(world.sessions(), ["newest", "oldest"]);
	assert.deepEqual(world.progress, ["1 of 3", "2 of 3", "3 of 3"]);
	assert.equal(world.written(), 2, "into the backup in use");
	assert.equal(world.read(), 3);
	await assert.rejects(world.restore(await createStorageKey()), { code: "recovery-key-wrong" });
	assert.deepEqual([world.written(), world.read()], [2, 3], "nothing is read with a wrong key");
});

test("a backup that is kept twice is read once, and opened by its own key, beside whichever that is kept", async (t) => {
	const mine = await createStorageKey();
	const [old, newer] = [await keptFor(mine, "1", "old"), await keptFor(mine, "2", "newer")];
	// Deleted alone, when the newer one was in use: what is kept beside it opens that.
	const alone = { kept: { version: "1", secrets: newer.kept.secrets }, stored: old.stored };
	for (const all of [
		[old, newer, alone],
		[alone, newer, old],
		[old, alone],
	]) {
		const world = await open(t, all);
		const count = new Set(all.map(({ kept }) => kept.version)).size;
		assert.deepEqual(await world.restore(mine), { total: count, imported: count });
		assert.deepEqual([world.sessions().includes("old"), world.read()], [true, count]);
	}
	const own = await open(t, [alone]);
	assert.deepEqual(await own.restore(mine), { total: 1, imported: 0 }, "and where nobody has its key");
	assert.deepEqual([own.written(), own.progress], [0, ["1 of 1"]]);
});

test("a backup that is gone meanwhile is none; that the time to read is over is told, and nothing was done", async (t) => {
	const mine = await createStorageKey();
	const all = [await keptFor(mine, "1", "old"), await keptFor(mine, "2", "newer")];
	const gone = await open(t, all, { gone: "1" });
	assert.deepEqual(await gone.restore(mine), { total: 1, imported: 1 });
	const over = await open(t, all, { gone: "1", isOver: true });
	await assert.rejects(over.restore(mine), { code: "reading-timeout" });
	assert.deepEqual([over.sessions(), over.written(), over.progress], [[], 0, []]);
});
