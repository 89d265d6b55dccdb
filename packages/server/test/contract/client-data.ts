import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
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
			const before = await storage.read.stream.position();
			const failing = storage.write(async (unit) => {
				await unit.accountData.put(
					{ accountId: alice, type: "t", content: {} },
					await unit.stream.next(alice),
				);
				throw new Error("on purpose");
			});
			await assert.rejects(failing, /on purpose/);
			assert.equal(await storage.read.accountData.get(alice, "t"), undefined);
			assert.equal(await storage.read.stream.position(), before);
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
	});
}
