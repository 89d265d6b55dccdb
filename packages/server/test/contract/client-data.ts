import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, type OpenHold } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";

const alice = asAccountId("account-alice");
const phone = { accountId: alice, deviceId: asDeviceId("PHONE") };
const backup = { accountId: alice, version: 1 };

const key = (changes: { verified?: boolean; index?: number; forwarded?: number; data?: string } = {}) => ({
	roomId: "!r",
	sessionId: "s",
	isVerified: changes.verified ?? false,
	firstMessageIndex: changes.index ?? 5,
	forwardedCount: changes.forwarded ?? 5,
	sessionData: { data: changes.data ?? "stored" },
});

/** Of the first version of the backup. */
const removal: OpenHold = {
	...{ reference: "h", accountId: alice, floor: 1, devices: [phone.deviceId] },
	...{ openedAt: 1, lastAt: 1, state: "held" },
};

/** Each line: what is stored, what is sent, and which of them stays. */
const keepRule: readonly (readonly [
	string,
	Parameters<typeof key>[0],
	Parameters<typeof key>[0],
	boolean,
])[] = [
	["the same again", {}, {}, false],
	["verified over unverified", {}, { verified: true, index: 9, forwarded: 9 }, true],
	["never unverified over verified", { verified: true }, { index: 0, forwarded: 0 }, false],
	["a lower first index", {}, { index: 4, forwarded: 9 }, true],
	["never a higher first index", {}, { index: 6, forwarded: 0 }, false],
	["a lower forwarded count", {}, { forwarded: 4 }, true],
	["never a higher forwarded count", {}, { forwarded: 6 }, false],
	["a lower first index among verified", { verified: true }, { verified: true, index: 4 }, true],
	["never a higher count among verified", { verified: true }, { verified: true, forwarded: 6 }, false],
];

/** What every storage of account data, messages, key backups and filters must hold. */
export function clientDataContract(name: string, open: () => Promise<Storage>): void {
	async function seeded(): Promise<Storage> {
		const storage = await open();
		await storage.write(async (unit) => {
			await unit.accounts.add({ id: alice, localpart: "alice", passwordHash: "unused", createdAt: 1 });
			await unit.backups.create(alice, { algorithm: "a", authData: {} }, 1);
		});
		return storage;
	}

	function promise(what: string, check: (storage: Storage) => Promise<void>): void {
		test(what, async () => {
			const storage = await seeded();
			try {
				await check(storage);
			} finally {
				await storage.close();
			}
		});
	}

	describe(`client data in ${name}`, () => {
		for (const [what, stored, sent, isKept] of keepRule) {
			promise(`of two copies of a key stays: ${what}`, async (storage) => {
				await storage.write((unit) => unit.backedUpKeys.keep(backup, key(stored)));
				const kept = await storage.write((unit) =>
					unit.backedUpKeys.keep(backup, key({ ...sent, data: "sent" })),
				);
				const [left, ...more] = await storage.read.backedUpKeys.list(backup, {});
				assert.deepEqual([kept, left?.sessionData, more], [isKept, { data: isKept ? "sent" : "stored" }, []]);
			});
		}

		promise("of a hundred copies at once the best stays", async (storage) => {
			const indexes = Array.from({ length: 100 }, (_, n) => (n * 37) % 100);
			await Promise.all(
				indexes.map((index) => storage.write((unit) => unit.backedUpKeys.keep(backup, key({ index })))),
			);
			const [left] = await storage.read.backedUpKeys.list(backup, {});
			assert.equal(left?.firstMessageIndex, 0);
		});

		promise("of fifty that claim one send, one hears true", async (storage) => {
			const send = { type: "m.test", transactionId: "t" };
			const claims = await Promise.all(
				Array.from({ length: 50 }, () => storage.write((unit) => unit.toDevice.claimSend(phone, send, 1))),
			);
			assert.equal(claims.filter(Boolean).length, 1);
		});

		promise("versions made at once get different numbers", async (storage) => {
			const versions = await Promise.all(
				Array.from({ length: 20 }, () =>
					storage.write((unit) => unit.backups.create(alice, { algorithm: "a", authData: {} }, 1)),
				),
			);
			assert.equal(new Set([1, ...versions]).size, 21);
		});

		promise("a failed write leaves nothing behind, the position included", async (storage) => {
			const before = await storage.read.stream.position(alice);
			const failing = storage.write(async (unit) => {
				await unit.accountData.put(
					{ accountId: alice, type: "t", content: {} },
					await unit.stream.next(alice),
				);
				throw new Error("on purpose");
			});
			await assert.rejects(failing, /on purpose/);
			assert.equal(await storage.read.accountData.get(alice, "t"), undefined);
			assert.equal(await storage.read.stream.position(alice), before);
		});

		promise("a closed account leaves no data behind", async (storage) => {
			await storage.write(async (unit) => {
				const message = { to: phone, sender: "@a:b", type: "t", content: {} };
				await unit.accountData.put({ accountId: alice, type: "t", content: {} }, 1);
				await unit.filters.put(alice, "f", {});
				await unit.toDevice.queue([message], 1);
				await unit.backedUpKeys.keep(backup, key());
				await unit.homeserver.removeUser(alice, true, 2);
			});
			const { accountData, filters, toDevice, backups, backedUpKeys } = storage.read;
			assert.equal(await accountData.get(alice, "t"), undefined);
			assert.equal(await filters.get(alice, "f"), undefined);
			assert.equal(await toDevice.hasUpTo(phone, 9), false);
			assert.equal(await backups.current(alice), undefined);
			assert.deepEqual(await backedUpKeys.list(backup, {}), []);
		});

		promise("messages are handed out in order, between two positions, and up to a limit", async (storage) => {
			const message = { to: phone, sender: "@a:b", type: "t" };
			await storage.write(async (unit) => {
				for (const n of [3, 1, 2, 4]) await unit.toDevice.queue([{ ...message, content: { n } }], n);
			});
			const positions = async (after: number, upTo: number, limit: number) =>
				(await storage.read.toDevice.waiting(phone, { after, upTo }, limit)).map((each) => each.position);
			assert.deepEqual(await positions(0, 4, 10), [1, 2, 3, 4]);
			assert.deepEqual(await positions(1, 3, 10), [2, 3]);
			assert.deepEqual(await positions(0, 4, 2), [1, 2]);
			await storage.write((unit) => unit.toDevice.removeUpTo(phone, 3));
			assert.deepEqual(await positions(0, 4, 10), [4]);
		});

		promise(
			"the queue of a device is counted by sender, and the largest message of one is taken out first",
			async (storage) => {
				const queue = (sender: string, position: number, content: object, to = phone) =>
					storage.write((unit) =>
						unit.toDevice.queue([{ to, sender, type: "t", content: { ...content } }], position),
					);
				const drop = () => storage.write((unit) => unit.toDevice.dropLargest(phone, "@b:x"));
				await queue("@b:x", 1, { n: "long" });
				await queue("@b:x", 2, { n: 2 });
				await queue("@b:x", 3, { n: 3 });
				await queue("@c:x", 4, { n: "longest" });
				await queue("@b:x", 5, { n: "others" }, { ...phone, deviceId: asDeviceId("LAPTOP") });
				const bySender = (await storage.read.toDevice.loads(phone)).toSorted((a, b) =>
					a.sender < b.sender ? -1 : 1,
				);
				assert.deepEqual(
					bySender.map((load) => ({ ...load })),
					[
						{ sender: "@b:x", messages: 3, bytes: 26 },
						{ sender: "@c:x", messages: 1, bytes: 15 },
					],
				);
				const positions = async () =>
					(await storage.read.toDevice.waiting(phone, { after: 0, upTo: 9 }, 9)).map((each) => each.position);
				await drop();
				assert.deepEqual(await positions(), [2, 3, 4]);
				await drop();
				assert.deepEqual(await positions(), [2, 4]);
				await drop();
				await drop();
				assert.deepEqual(await positions(), [4]);
			},
		);

		promise("a profile is what was set last, and nobody's once the account is closed", async (storage) => {
			const set = (name: string | undefined, avatar: string | undefined) =>
				storage.write(async ({ profiles }) => {
					await profiles.setDisplayName(alice, name);
					await profiles.setAvatar(alice, avatar);
				});
			const profile = () => storage.read.profiles.ofLocalpart("alice");
			assert.deepEqual(await profile(), { accountId: alice });
			await set("Alice", "mxc://x/a");
			assert.deepEqual(await profile(), { accountId: alice, displayName: "Alice", avatarUrl: "mxc://x/a" });
			await set(undefined, undefined);
			assert.deepEqual(await profile(), { accountId: alice });
			await storage.write((unit) => unit.accounts.close(alice, { erase: false, now: 2 }));
			assert.equal(await profile(), undefined);
			await set("Alice", "mxc://x/a");
			await storage.write((unit) => unit.accounts.reopen(alice, { passwordHash: "h", now: 3 }));
			assert.deepEqual(await profile(), { accountId: alice }, "what came in between changed nothing");
		});

		promise(
			"versions of a backup count from one, are counted while they stand, and are signed as long",
			async (storage) => {
				const { backups } = storage.read;
				assert.equal(
					await storage.write((unit) =>
						unit.backups.create(alice, { algorithm: "b", authData: { n: 2 } }, 2),
					),
					2,
				);
				assert.equal(await backups.count(alice), 2);
				assert.deepEqual(await backups.current(alice), { version: 2, algorithm: "b", authData: { n: 2 } });
				assert.deepEqual(await backups.find(alice, 1), { version: 1, algorithm: "a", authData: {} });
				assert.equal((await backups.current(alice, { above: 1 }))?.version, 2);
				assert.equal(await backups.current(alice, { above: 2 }), undefined);
				const sign = (version: number) =>
					storage.write((unit) => unit.backups.setAuthData(alice, version, { signed: version }));
				assert.deepEqual([await sign(2), await sign(3)], [true, false]);
				assert.deepEqual((await backups.find(alice, 1))?.authData, {});
				assert.deepEqual((await backups.find(alice, 2))?.authData, { signed: 2 });
				assert.deepEqual([await backups.wasMade(alice, 2), await backups.wasMade(alice, 3)], [true, false]);
				assert.equal(await backups.lastRemovedAt(alice), undefined);
				await storage.write(async ({ holds }) => {
					await holds.put(removal);
					await holds.drop(removal, 5);
				});
				assert.deepEqual([await backups.count(alice), await backups.lastRemovedAt(alice)], [1, 5]);
				assert.equal(await sign(1), false, "it does not stand any more");
				assert.equal(await backups.find(alice, 1), undefined);
				assert.equal(await backups.wasMade(alice, 1), true);
			},
		);

		promise(
			"backed-up keys are chosen by room and by session, and tell when they changed",
			async (storage) => {
				const names = [
					["!a", "1"],
					["!a", "2"],
					["!b", "1"],
				] as const;
				await storage.write(async ({ backedUpKeys }) => {
					for (const [roomId, sessionId] of names)
						await backedUpKeys.keep(backup, { ...key(), roomId, sessionId });
				});
				const { backedUpKeys } = storage.read;
				const list = async (selection: { roomId?: string; sessionId?: string }) =>
					(await backedUpKeys.list(backup, selection)).map(({ roomId, sessionId }) => roomId + sessionId);
				assert.deepEqual(await list({}), ["!a1", "!a2", "!b1"]);
				assert.deepEqual(await list({ roomId: "!a" }), ["!a1", "!a2"]);
				assert.deepEqual(await list({ roomId: "!a", sessionId: "2" }), ["!a2"]);
				assert.deepEqual(await backedUpKeys.contents(backup), { count: 3, etag: "0" });
				const remove = (selection: { roomId?: string; sessionId?: string }) =>
					storage.write((unit) => unit.backedUpKeys.remove(backup, selection));
				assert.equal(await remove({ roomId: "!a", sessionId: "1" }), 1);
				assert.deepEqual(await list({}), ["!a2", "!b1"]);
				assert.equal(await remove({ roomId: "!b" }), 1);
				await storage.write((unit) => unit.backedUpKeys.markChanged(backup));
				assert.deepEqual(await backedUpKeys.contents(backup), { count: 1, etag: "1" });
				assert.equal(await backedUpKeys.countAll(alice), 1);
				assert.equal(await remove({}), 1);
				assert.deepEqual(await backedUpKeys.contents(backup), { count: 0, etag: "1" });
			},
		);

		promise(
			"sends are remembered by name, each device's, until they are older than asked",
			async (storage) => {
				const claim = (transactionId: string, now: number, type = "t") =>
					storage.write((unit) => unit.toDevice.claimSend(phone, { type, transactionId }, now));
				assert.deepEqual(
					[await claim("1", 5), await claim("1", 6), await claim("1", 6, "u")],
					[true, false, true],
				);
				assert.equal(await storage.read.toDevice.countSends(phone), 2);
				const forget = (before: number) => storage.write((unit) => unit.toDevice.forgetSends(phone, before));
				await forget(5);
				assert.equal(await storage.read.toDevice.countSends(phone), 2);
				await forget(6);
				assert.equal(await storage.read.toDevice.countSends(phone), 1);
				assert.equal(await claim("1", 7), true);
			},
		);

		promise("account data of other types are counted and measured", async (storage) => {
			const { accountData } = storage.read;
			assert.deepEqual(await accountData.kept(alice, { type: "t" }), { types: 0, bytes: 0 });
			await storage.write(async (unit) => {
				for (const [at, type] of ["t", "u", "v"].entries())
					await unit.accountData.put({ accountId: alice, type, content: { n: "\u00e9" } }, at + 1);
			});
			assert.deepEqual(await accountData.kept(alice, { type: "t" }), { types: 2, bytes: 20 });
			const types = async (after: number, upTo: number) =>
				(await accountData.between(alice, { after, upTo })).map(({ type }) => type);
			assert.deepEqual(
				[await types(0, 3), await types(1, 2), await types(3, 9)],
				[["t", "u", "v"], ["u"], []],
			);
		});
	});
}
