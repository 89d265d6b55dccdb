import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, HomeserverUnavailable, type OpenHold, StorageUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { random } from "../../../test/support/people-world.ts";
import { openTemporaryStorage, seedAccount } from "../../../test/support/storage.ts";
import type { ClientAnswer, ClientRequest } from "./client-api.ts";
import { createSettleHeld } from "./settle-held.ts";

const start = 1_800_000_000_000;
const minute = 60_000;
const accountId = asAccountId("account-alice");
const userId = "@alice:example.org";
const [phone, dry] = [asDeviceId("PHONE"), asDeviceId("DRY")];
const missing = { status: 404, body: { errcode: "M_NOT_FOUND" } } as const;
const msc3814 = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";
const dataPath = (type: string) => `/_matrix/client/v3/user/%40alice%3Aexample.org/account_data/${type}`;
const secretKey = "m.secret_storage.key.K1";
const [elementMark, rustMark] = ["m.org.matrix.custom.backup_disabled", "m.key_backup"];

/** A real storage, a clock that moves when told, and a Synapse that holds what is put there. */
async function opened(changes: Partial<OpenHold> = {}) {
	const storage = await openTemporaryStorage("synapse");
	await seedAccount(storage, { localpart: "alice", deviceIds: ["PHONE"], at: 1 });
	const held: OpenHold = {
		...{ reference: "h", accountId, floor: 2, devices: [phone], state: "held" },
		...{ openedAt: start, lastAt: start },
		...changes,
	};
	await storage.write((unit) => unit.holds.put(held));
	/** By path, what is there; undefined: nothing. */
	const there = new Map<string, Readonly<Record<string, unknown>>>();
	const asked: string[] = [];
	const requests: ClientRequest[] = [];
	const said: { readonly err?: unknown }[] = [];
	let now = start;
	let silentAt: string | undefined;
	const says = new Map<string, ClientAnswer>();
	const ask = async (request: ClientRequest): Promise<ClientAnswer> => {
		const { method, path, body } = request;
		asked.push(`${method} ${path}`);
		requests.push(request);
		if (silentAt !== undefined && `${method} ${path}`.includes(silentAt))
			throw new HomeserverUnavailable("silence");
		const fixed = says.get(`${method} ${path}`);
		if (fixed !== undefined) return fixed;
		const found = there.get(path);
		if (method === "PUT") there.set(path, body as Readonly<Record<string, unknown>>);
		if (method === "DELETE") there.delete(path);
		if (method !== "PUT" && found === undefined) return missing;
		return { status: 200, body: found ?? {} };
	};
	const settling = createSettleHeld({
		...{ storage, ask, asToken: "as", random, clock: () => now },
		userIdOf: async (id) => (id === accountId ? userId : undefined),
		log: { warn: (facts) => void said.push(facts), error() {} },
	});
	return {
		...{ storage, held, there, asked, requests, said, says, ...settling },
		advance: (ms: number) => {
			now += ms;
		},
		falls: (silent: string | undefined) => {
			silentAt = silent;
		},
		setAside: (type: string, before: object, content: object) =>
			storage.write((unit) =>
				unit.holds.setAside(held, { type, before: { ...before }, content: { ...content } }),
			),
		/** Ends the hold as the page does. */
		end: (how: "drop" | "keep") =>
			storage.write((unit) =>
				how === "drop" ? unit.holds.drop(held, now) : unit.holds.keep(held, { until: now + minute, now }),
			),
		logged: async () => (await storage.read.events.list(accountId, { limit: 9 })).map(({ kind }) => kind),
		work: () => storage.read.heldBeside.work(accountId),
		[Symbol.asyncDispose]: storage.close,
	};
}

describe("what an app removed at Synapse, quiet for a while", () => {
	test("comes back, the default key last, and the person can read it; each call in their name", async () => {
		await using world = await opened();
		await world.setAside("m.secret_storage.default_key", { key: "K1" }, {});
		await world.setAside(secretKey, { a: 1 }, {});
		world.there.set(dataPath(secretKey), {});
		await world.settle(accountId);
		assert.deepEqual([world.asked, await world.work()], [[], []], "not before it is quiet");
		world.advance(10 * minute);
		await world.settle(accountId);
		assert.deepEqual(
			world.asked.filter((line) => line.startsWith("PUT")),
			[`PUT ${dataPath(secretKey)}`, `PUT ${dataPath("m.secret_storage.default_key")}`],
		);
		assert.deepEqual(world.there.get(dataPath("m.secret_storage.default_key")), { key: "K1" });
		for (const { query, accessToken, timeoutMs } of world.requests)
			assert.deepEqual([query, accessToken, timeoutMs], [{ user_id: userId }, "as", 10_000]);
		assert.ok(world.requests.every(({ method, body }) => (body !== undefined) === (method === "PUT")));
		assert.deepEqual(await world.logged(), ["reset-data-back"]);
		assert.deepEqual(await world.work(), []);
	});

	for (const [type, off] of [
		[elementMark, { disabled: true }],
		[rustMark, { enabled: false }],
	] as const) {
		test(`stays away where ${type} says that it is not wanted`, async () => {
			await using world = await opened();
			world.there.set(dataPath(type ?? ""), off);
			world.advance(10 * minute);
			await world.settle(accountId);
			assert.equal((await world.storage.read.holds.kept(accountId)).length, 1);
			assert.deepEqual(await world.logged(), ["reset-data-wanted"]);
		});

		test(`comes back where ${type} had said so before, or is asked about`, async () => {
			await using world = await opened({ switchedOff: [elementMark ?? "", rustMark ?? ""] });
			world.there.set(dataPath(type ?? ""), off);
			world.advance(10 * minute);
			await world.settle(accountId);
			assert.deepEqual(await world.logged(), ["reset-data-back"]);
			await using asked = await opened({ state: "asked" });
			asked.there.set(dataPath(type ?? ""), off);
			await asked.settle(accountId);
			assert.deepEqual(await asked.logged(), ["reset-data-back"], "nobody waits any more");
		});
	}

	test("does not come back where something newer is there, and that is said", async () => {
		await using world = await opened();
		await world.setAside(secretKey, { a: 1 }, { a: 2 });
		await world.setAside("m.secret_storage.key.K2", { b: 1 }, {});
		world.there.set(dataPath(secretKey), { a: 3 });
		world.advance(10 * minute);
		await world.settle(accountId);
		assert.deepEqual(await world.logged(), ["reset-data-back-in-part"]);
		assert.deepEqual(
			[world.there.get(dataPath(secretKey)), world.asked.filter((line) => line.startsWith("PUT"))],
			[{ a: 3 }, []],
		);
	});

	test("keeps what opens the backup then, for as long as what a reset leaves", async () => {
		await using world = await opened();
		await world.setAside("m.megolm_backup.v1", { encrypted: { K1: {} } }, {});
		world.there.set(dataPath("m.megolm_backup.v1"), { encrypted: { K2: {} } });
		world.advance(10 * minute);
		await world.settle(accountId);
		assert.deepEqual(await world.logged(), ["reset-data-back-in-part"]);
		const [kept, ...others] = await world.storage.read.holds.kept(accountId);
		assert.deepEqual([kept?.isBack, others], [true, []]);
		assert.ok(!world.asked.some((line) => line.startsWith("DELETE")));
	});

	for (const [what, floor, version, taken] of [
		["was only copied, and another device wrote over it", 2, undefined, []],
		[
			"was only copied, and something newer is there; of the version that stands, where none was taken",
			0,
			"7",
			[secretKey],
		],
	] as const)
		test(`keeps what opens the backup where it ${what}`, async () => {
			await using world = await opened({ floor });
			const type = "m.megolm_backup.v1";
			await world.storage.write((unit) =>
				unit.holds.copy(world.held, { type, content: { encrypted: { K1: {} } } }),
			);
			for (const one of taken) await world.setAside(one, { a: 1 }, { a: 2 });
			world.there.set(dataPath(type), { encrypted: { K2: {} } });
			if (version !== undefined) world.there.set("/_matrix/client/v3/room_keys/version", { version });
			world.advance(10 * minute);
			await world.settle(accountId);
			assert.deepEqual(await world.logged(), ["reset-data-back-in-part"]);
			const kept = await world.storage.read.holds.kept(accountId);
			assert.deepEqual(
				kept.map((one) => [one.isBack, one.floor]),
				[[true, Number(version ?? floor)]],
			);
		});

	test("goes on where it was left: what is back already is not put there again", async () => {
		await using world = await opened();
		await world.setAside(secretKey, { a: 1 }, {});
		await world.setAside("m.secret_storage.key.K2", { b: 1 }, {});
		world.advance(10 * minute);
		world.falls("PUT");
		await assert.rejects(world.settle(accountId), HomeserverUnavailable);
		world.falls(undefined);
		world.there.set(dataPath(secretKey), { a: 1 });
		await world.settle(accountId);
		assert.deepEqual(world.asked.filter((line) => line.startsWith("PUT")).slice(1), [
			`PUT ${dataPath("m.secret_storage.key.K2")}`,
		]);
		assert.deepEqual(await world.logged(), ["reset-data-back"]);
	});

	test("is said to be back once, also where two servers put it there", async () => {
		await using world = await opened();
		world.advance(10 * minute);
		await world.settle(accountId);
		await world.settle(accountId);
		assert.deepEqual(await world.logged(), ["reset-data-back"]);
	});
});

describe("what is over at Synapse", () => {
	test("is deleted version by version, how far is written down after twenty, and one that is gone is none less", async () => {
		await using world = await opened({ floor: 45 });
		await world.end("drop");
		const path = (version: number) => `/_matrix/client/v3/room_keys/version/${version}`;
		world.falls(path(42));
		await assert.rejects(world.settle(accountId), HomeserverUnavailable);
		const versions = (from: number, to: number) =>
			Array.from({ length: to - from + 1 }, (_, at) => `DELETE ${path(from + at)}`);
		assert.deepEqual(world.asked, versions(1, 42));
		assert.deepEqual(
			(await world.work()).map((work) => (work.todo === "drop" ? [work.from, work.to] : work.todo)),
			[[41, 45]],
		);
		world.falls(undefined);
		world.asked.splice(0);
		await world.settle(accountId);
		assert.deepEqual(world.asked, versions(41, 45));
		assert.deepEqual(await world.work(), []);
	});

	test("without those that another hold keeps, and with those that were taken alone", async () => {
		await using world = await opened({ floor: 0, alone: [2] });
		await world.end("keep");
		const next: OpenHold = { ...world.held, reference: "next", floor: 3, alone: [5] };
		await world.storage.write(async ({ holds }) => {
			await holds.put(next);
			await holds.drop(next, start);
		});
		const path = (version: number) => `DELETE /_matrix/client/v3/room_keys/version/${version}`;
		await world.settle(accountId);
		assert.deepEqual(world.asked.splice(0), [path(1), path(3), path(5)]);
		assert.deepEqual(await world.work(), []);
		world.advance(2 * minute);
		await world.settleAll(new AbortController().signal);
		assert.deepEqual(world.asked, [path(2)]);
		assert.deepEqual(await world.work(), []);
	});

	test("of exactly twenty versions each goes once", async () => {
		await using world = await opened({ floor: 20 });
		await world.end("drop");
		await world.settle(accountId);
		assert.equal(world.asked.length, 20);
		assert.deepEqual(await world.work(), []);
	});

	test("takes the dehydrated device along, if it is still that one", async () => {
		await using world = await opened({ dehydratedDevice: dry });
		await world.end("keep");
		world.there.set(msc3814, { device_id: "DRY" });
		await world.settle(accountId);
		assert.deepEqual(
			[world.asked, world.there.has(msc3814)],
			[[`GET ${msc3814}`, `DELETE ${msc3814}`], false],
		);
		assert.deepEqual(await world.work(), []);

		await using other = await opened({ dehydratedDevice: dry });
		await other.end("keep");
		other.there.set(msc3814, { device_id: "NEWER" });
		await other.settle(accountId);
		assert.deepEqual([other.asked, other.there.has(msc3814)], [[`GET ${msc3814}`], true]);
		assert.deepEqual(await other.work(), []);

		await using none = await opened({ dehydratedDevice: dry });
		await none.end("keep");
		await none.settle(accountId);
		assert.deepEqual([none.asked, await none.work()], [[`GET ${msc3814}`], []]);
	});

	test("a dehydrated device that goes between the question and the removal is gone", async () => {
		await using world = await opened({ dehydratedDevice: dry });
		await world.end("keep");
		world.there.set(msc3814, { device_id: "DRY" });
		world.says.set(`DELETE ${msc3814}`, missing);
		await world.settle(accountId);
		assert.deepEqual(await world.work(), []);
	});

	for (const answer of [
		{ status: 404, body: { errcode: "M_UNRECOGNIZED" } },
		{ status: 400, body: { errcode: "M_NOT_FOUND" } },
		{ status: 500, body: {} },
	])
		test(`is not over while Synapse says ${answer.status} ${JSON.stringify(answer.body)}`, async () => {
			await using world = await opened({ floor: 1, dehydratedDevice: dry });
			await world.end("drop");
			const version = "/_matrix/client/v3/room_keys/version/1";
			for (const line of [`GET ${msc3814}`, `DELETE ${version}`]) {
				world.says.set(line, answer);
				await assert.rejects(world.settle(accountId), {
					...{ name: "HomeserverUnavailable" },
					message: new RegExp(`${answer.status} ${String(answer.body.errcode)}$`),
				});
				world.says.delete(line);
			}
			await using data = await opened();
			await data.setAside(secretKey, { a: 1 }, {});
			data.advance(10 * minute);
			data.says.set(`PUT ${dataPath(secretKey)}`, answer);
			await assert.rejects(data.settle(accountId), HomeserverUnavailable);
			assert.deepEqual(await data.logged(), []);
		});
});

describe("everything about which something is to be done", () => {
	test("is done for everybody, also where Synapse is silent about one, until the server stops", async () => {
		await using world = await opened();
		const bob = asAccountId("account-bob");
		await seedAccount(world.storage, { localpart: "bob", deviceIds: ["PHONE"], at: 1 });
		await world.storage.write((unit) => unit.holds.put({ ...world.held, reference: "bobs", accountId: bob }));
		await world.setAside(secretKey, { a: 1 }, {});
		world.advance(10 * minute);
		await world.settleAll(AbortSignal.abort());
		assert.deepEqual(world.asked, []);
		world.falls("PUT");
		await world.settleAll(new AbortController().signal);
		assert.deepEqual(
			world.said.map(({ err }) => err instanceof HomeserverUnavailable),
			[true],
		);
		world.falls(undefined);
		await world.settleAll(new AbortController().signal);
		assert.deepEqual(await world.logged(), ["reset-data-back"]);
	});

	test("what is kept too long is dropped, and not before", async () => {
		await using world = await opened({ floor: 1 });
		await world.end("keep");
		const never = new AbortController().signal;
		world.advance(minute);
		await world.settleAll(never);
		assert.deepEqual(world.asked, []);
		world.advance(1);
		await world.settleAll(never);
		assert.deepEqual(world.asked, ["DELETE /_matrix/client/v3/room_keys/version/1"]);
	});

	test("waits for nobody whose turn does not come: that is said, and the others are done", async () => {
		await using world = await opened();
		world.advance(10 * minute);
		const said: unknown[] = [];
		const settling = createSettleHeld({
			storage: {
				...{ read: world.storage.read, write: world.storage.write },
				exclusively: async () => {
					throw new StorageUnavailable("busy");
				},
			},
			...{ ask: async () => missing, asToken: "as", random, clock: () => start + 10 * minute },
			...{
				userIdOf: async () => userId,
				log: { warn: (facts: unknown) => void said.push(facts), error() {} },
			},
		});
		await settling.settleAll(new AbortController().signal);
		assert.equal(said.length, 1);
	});

	test("a fault of our own is not taken for a silent Synapse", async () => {
		await using world = await opened();
		await world.setAside(secretKey, { a: 1 }, {});
		world.advance(10 * minute);
		world.says.set(`GET ${dataPath(secretKey)}`, { status: 200, body: {} });
		const broken = createSettleHeld({
			...{ storage: world.storage, asToken: "as", random, clock: () => start + 10 * minute },
			...{ userIdOf: async () => userId, log: { warn() {}, error() {} } },
			ask: async () => {
				throw new TypeError("ours");
			},
		});
		await assert.rejects(broken.settleAll(new AbortController().signal), TypeError);
	});
});
