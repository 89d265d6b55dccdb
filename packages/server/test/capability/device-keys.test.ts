import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deviceKeys, identityOf, onlySignature, signer, withSignature } from "../support/device-crypto.ts";
import { type Answer, type App, openHomeserverWorld } from "../support/homeserver-world.ts";

const upload = (app: App, body: unknown) => app.call("POST", "keys/upload", body);
const own = (app: App) => deviceKeys(app.userId, app.deviceId);
const query = async (app: App, users: Readonly<Record<string, unknown>>) =>
	(await app.call("POST", "keys/query", { device_keys: users })).body;

function refusedWith(answer: Answer, errcode: string): void {
	assert.deepEqual([answer.status, answer.body.errcode], [400, errcode]);
}

function oneTimeKeys(ids: readonly string[], text = "key") {
	return Object.fromEntries(
		ids.map((id) => [`signed_curve25519:${id}`, { key: `${text}-${id}`, signatures: {} }]),
	);
}

describe("a device publishes its keys", () => {
	test("and everybody sees them with its signature and name", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const bob = await world.signIn("bob", "BOBSPHONEA");
		await alice.call("PUT", "devices/PHONEAAAAA", { display_name: "Kitchen" });
		const { status, body } = await upload(alice, { device_keys: own(alice) });
		assert.equal(status, 200);
		assert.deepEqual(body, { one_time_key_counts: { signed_curve25519: 0 } });
		for (const app of [alice, bob]) {
			const seen = await query(app, { [alice.userId]: [] });
			assert.deepEqual(seen.device_keys[alice.userId][alice.deviceId], {
				...own(alice),
				unsigned: { device_display_name: "Kitchen" },
			});
		}
	});

	test("only for its own user and device", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		refusedWith(await upload(alice, { device_keys: deviceKeys(alice.userId, "OTHERAAAAA") }), "M_BAD_JSON");
		refusedWith(
			await upload(alice, { device_keys: deviceKeys("@bob:example.org", alice.deviceId) }),
			"M_BAD_JSON",
		);
	});

	test("only when it has signed them itself", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const { signatures: _, ...unsigned } = own(alice);
		refusedWith(await upload(alice, { device_keys: unsigned }), "M_BAD_JSON");
		const changed = { ...own(alice), algorithms: ["m.other"] };
		refusedWith(await upload(alice, { device_keys: changed }), "M_INVALID_SIGNATURE");
		const byAnother = onlySignature(own(alice), alice.userId, signer("thief", alice.deviceId));
		refusedWith(await upload(alice, { device_keys: byAnother }), "M_INVALID_SIGNATURE");
		const seen = await query(alice, { [alice.userId]: [] });
		assert.deepEqual(seen.device_keys[alice.userId], {});
	});

	test("and an explicit null is refused", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		for (const name of ["device_keys", "one_time_keys", "fallback_keys"])
			refusedWith(await upload(alice, { [name]: null }), "M_BAD_JSON");
	});

	test("and the same keys again change nothing", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		await upload(alice, { device_keys: own(alice), one_time_keys: oneTimeKeys(["A"]) });
		const before = await world.storage.read.stream.position(alice.accountId);
		const again = await upload(alice, { device_keys: own(alice) });
		assert.deepEqual(again.body, { one_time_key_counts: { signed_curve25519: 1 } });
		assert.equal(await world.storage.read.keyChanges.changedSince(alice.accountId, before), false);
	});

	test("and other keys take the earlier one-time keys with them", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		await upload(alice, { device_keys: own(alice), one_time_keys: oneTimeKeys(["A", "B"]) });
		const renewed = deviceKeys(alice.userId, alice.deviceId, signer("renewed", alice.deviceId));
		const { body } = await upload(alice, {
			device_keys: renewed,
			one_time_keys: oneTimeKeys(["A"], "other"),
		});
		assert.deepEqual(body, { one_time_key_counts: { signed_curve25519: 1 } });
		const seen = await query(alice, { [alice.userId]: [] });
		assert.deepEqual(seen.device_keys[alice.userId][alice.deviceId].keys, renewed.keys);
	});

	test("with the identity's signature already on them, if that is the identity in force", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const [mine, other] = [identityOf(alice.userId, "mine"), identityOf(alice.userId, "other")];
		await alice.call("POST", "keys/device_signing/upload", mine.body);
		const both = withSignature(
			withSignature(own(alice), alice.userId, mine.selfSigning),
			alice.userId,
			other.selfSigning,
		);
		assert.equal((await upload(alice, { device_keys: both })).status, 200);
		const seen = await query(alice, { [alice.userId]: [] });
		const shown = seen.device_keys[alice.userId][alice.deviceId].signatures[alice.userId];
		assert.deepEqual(Object.keys(shown).sort(), ["ed25519:PHONEAAAAA", mine.selfSigning.keyId].sort());
	});
});

describe("one-time keys", () => {
	test("with the id of one that is still there are refused unless identical, and nothing of the body is kept", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		await upload(alice, { device_keys: own(alice), one_time_keys: oneTimeKeys(["A"]) });
		const same = await upload(alice, { one_time_keys: oneTimeKeys(["A"]) });
		assert.deepEqual(same.body, { one_time_key_counts: { signed_curve25519: 1 } });
		refusedWith(
			await upload(alice, { one_time_keys: { ...oneTimeKeys(["B"]), ...oneTimeKeys(["A"], "other") } }),
			"M_INVALID_PARAM",
		);
		const after = await upload(alice, {});
		assert.deepEqual(after.body, { one_time_key_counts: { signed_curve25519: 1 } });
	});

	test("that were handed out are not handed out again, though their upload is repeated", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = [await world.signIn("alice", "PHONEAAAAA"), await world.signIn("bob", "BOBSPHONEA")];
		await upload(alice, { device_keys: own(alice), one_time_keys: oneTimeKeys(["A", "B"]) });
		const first = await claimOne(bob, alice);
		const again = await upload(alice, { one_time_keys: oneTimeKeys(["A", "B"]) });
		assert.deepEqual(again.body, { one_time_key_counts: { signed_curve25519: 1 } });
		const second = await claimOne(bob, alice);
		assert.deepEqual([first, second], ["signed_curve25519:A", "signed_curve25519:B"]);
		assert.equal(await claimOne(bob, alice), undefined);
	});

	test("of more than two kilobytes are refused, signatures included, and so are fallback keys", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const ofBytes = (bytes: number) => ({ "signed_curve25519:A": "k".repeat(bytes - 2) });
		for (const name of ["one_time_keys", "fallback_keys"]) {
			const { status, body } = await upload(alice, { [name]: ofBytes(2_049) });
			assert.deepEqual([status, body.errcode], [413, "M_TOO_LARGE"]);
			assert.equal((await upload(alice, { [name]: ofBytes(2_048) })).status, 200);
		}
	});

	test("must be texts or objects with a text, under ids with an algorithm", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		for (const keys of [{ noalgorithm: "k" }, { "a:b": 1 }, { "a:b": {} }, { "a:b": { key: "" } }, []])
			refusedWith(await upload(alice, { one_time_keys: keys }), "M_BAD_JSON");
		const names = await upload(alice, { one_time_keys: { "curve25519:__proto__": "k" } });
		assert.deepEqual(names.body.one_time_key_counts, { signed_curve25519: 0, curve25519: 1 });
	});

	test("are at most a thousand for one device, so that none can fill the disk", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const batch = (turn: number, size: number) =>
			oneTimeKeys(Array.from({ length: size }, (_, at) => `T${turn}K${at}`));
		for (let turn = 0; turn < 4; turn++)
			assert.equal((await upload(alice, { one_time_keys: batch(turn, 250) })).status, 200);
		refusedWith(await upload(alice, { one_time_keys: batch(4, 1) }), "M_TOO_LARGE");
		const { body } = await upload(alice, {});
		assert.deepEqual(body, { one_time_key_counts: { signed_curve25519: 1_000 } });
	});

	test("are handed out oldest first, each once, then the fallback key, marked as used", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const bob = await world.signIn("bob", "BOBSPHONEA");
		await upload(alice, { device_keys: own(alice), one_time_keys: oneTimeKeys(["Z", "A"]) });
		await upload(alice, {
			one_time_keys: oneTimeKeys(["M"]),
			fallback_keys: { "signed_curve25519:F": { key: "fallback", fallback: true, signatures: {} } },
		});
		const claims = [];
		for (let turn = 0; turn < 5; turn++) claims.push(await claimOne(bob, alice));
		assert.deepEqual(claims.slice(0, 3), [
			"signed_curve25519:Z",
			"signed_curve25519:A",
			"signed_curve25519:M",
		]);
		assert.deepEqual(claims.slice(3), ["signed_curve25519:F", "signed_curve25519:F"]);
		const unused = await world.storage.read.fallbackKeys.unusedAlgorithms(alice.accountId, alice.deviceId);
		assert.deepEqual(unused, []);
	});

	test("200 claims at once of 100 keys: each key exactly once", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const bob = await world.signIn("bob", "BOBSPHONEA");
		const ids = Array.from({ length: 100 }, (_, at) => `K${at}`);
		await upload(alice, { device_keys: own(alice), one_time_keys: oneTimeKeys(ids) });
		const claimed = await Promise.all(Array.from({ length: 200 }, () => claimOne(bob, alice)));
		const got = claimed.filter((id) => id !== undefined);
		assert.equal(got.length, 100);
		assert.equal(new Set(got).size, 100);
		assert.deepEqual((await upload(alice, {})).body, { one_time_key_counts: { signed_curve25519: 0 } });
	});

	test("of devices without any are absent, and people who do not exist too", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const { body } = await alice.call("POST", "keys/claim", {
			one_time_keys: {
				[alice.userId]: { PHONEAAAAA: "signed_curve25519", constructor: "signed_curve25519" },
				"@nobody:example.org": { X: "signed_curve25519" },
				"@carol:other.example": { X: "signed_curve25519" },
			},
		});
		assert.deepEqual(body.one_time_keys, {});
		assert.deepEqual(body.failures, {
			"other.example": { status: 503, message: "This homeserver asks no other homeserver" },
		});
	});
});

describe("fallback keys", () => {
	test("are one of each algorithm", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const two = { "signed_curve25519:A": { key: "a" }, "signed_curve25519:B": { key: "b" } };
		refusedWith(await upload(alice, { fallback_keys: two }), "M_BAD_JSON");
	});

	test("once used stay used when sent again, and are fresh when replaced", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const bob = await world.signIn("bob", "BOBSPHONEA");
		const unused = () => world.storage.read.fallbackKeys.unusedAlgorithms(alice.accountId, alice.deviceId);
		const first = { "signed_curve25519:A": { key: "a", fallback: true } };
		await upload(alice, { device_keys: own(alice), fallback_keys: first });
		assert.deepEqual(await unused(), ["signed_curve25519"]);
		await claimOne(bob, alice);
		await upload(alice, { fallback_keys: first });
		assert.deepEqual(await unused(), []);
		await upload(alice, { fallback_keys: { "signed_curve25519:B": { key: "b", fallback: true } } });
		assert.deepEqual(await unused(), ["signed_curve25519"]);
	});
});

describe("keys/query", () => {
	test("shows the devices asked for, nothing for unknown people, a failure for other servers", async () => {
		await using world = await openHomeserverWorld();
		const phone = await world.signIn("alice", "PHONEAAAAA");
		const tablet = await world.signIn("alice", "TABLETAAAA");
		for (const app of [phone, tablet]) await upload(app, { device_keys: own(app) });
		const seen = await query(phone, {
			[phone.userId]: ["TABLETAAAA", "GONEAAAAAA"],
			"@nobody:example.org": [],
			"@carol:other.example": [],
			"not a user": [],
		});
		assert.deepEqual(Object.keys(seen.device_keys), [phone.userId]);
		assert.deepEqual(Object.keys(seen.device_keys[phone.userId]), ["TABLETAAAA"]);
		assert.deepEqual(Object.keys(seen.failures), ["other.example"]);
		assert.deepEqual([seen.master_keys, seen.self_signing_keys, seen.user_signing_keys], [{}, {}, {}]);
	});

	test("refuses what does not name users and devices", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		for (const body of [{}, { device_keys: [] }, { device_keys: { "@a:b": "x" } }])
			refusedWith(await alice.call("POST", "keys/query", body), "M_BAD_JSON");
	});
});

describe("keys/changes", () => {
	test("names the caller when keys changed after `from`, and nobody otherwise", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const bob = await world.signIn("bob", "BOBSPHONEA");
		const from = (await alice.call("GET", "sync")).body.next_batch;
		await upload(alice, { device_keys: own(alice) });
		const to = (await alice.call("GET", "sync")).body.next_batch;
		const changes = async (app: App, start: string) =>
			(await app.call("GET", `keys/changes?from=${start}&to=${to}`)).body;
		assert.deepEqual(await changes(alice, from), { changed: [alice.userId], left: [] });
		assert.deepEqual(await changes(alice, to), { changed: [], left: [] });
		assert.deepEqual(await changes(bob, from), { changed: [], left: [] });
		assert.equal((await alice.call("GET", "keys/changes?from=x&to=y")).status, 400);
	});
});

async function claimOne(by: App, from: App): Promise<string | undefined> {
	const { body } = await by.call("POST", "keys/claim", {
		one_time_keys: { [from.userId]: { [from.deviceId]: "signed_curve25519" } },
	});
	const keys: Record<string, unknown> = body.one_time_keys[from.userId]?.[from.deviceId] ?? {};
	return Object.keys(keys)[0];
}
