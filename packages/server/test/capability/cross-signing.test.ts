import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as vectors from "../../../protocol/test/vectors.ts";
import { identityOf } from "../support/device-crypto.ts";
import { type Answer, type App, openHomeserverWorld } from "../support/homeserver-world.ts";

const path = "keys/device_signing/upload";
const upload = (app: App, body: unknown) => app.call("POST", path, body);

const setOne = {
	master_key: vectors.signed("MSK1", "DEV"),
	self_signing_key: vectors.signed("SSK1", "MSK1"),
	user_signing_key: vectors.signed("USK1", "MSK1"),
};

function refusedWith(answer: Answer, status: number, errcode: string): void {
	assert.deepEqual([answer.status, answer.body.errcode], [status, errcode]);
}

async function masterOf(app: App): Promise<string | undefined> {
	const { body } = await app.call("POST", "keys/query", { device_keys: { [app.userId]: [] } });
	return Object.values<string>(body.master_keys[app.userId]?.keys ?? {})[0];
}

async function signedInAlice() {
	const world = await openHomeserverWorld();
	return { world, alice: await world.signIn("alice", vectors.device) };
}

describe("a first identity", () => {
	test("needs nobody's approval, and everybody sees its public part", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		const bob = await world.signIn("bob", "BOBSPHONEA");
		await alice.call("POST", "keys/upload", { device_keys: vectors.signed("DEV", "DEV") });
		const { status, body } = await upload(alice, setOne);
		assert.deepEqual([status, body], [200, {}]);
		for (const app of [alice, bob]) {
			const seen = (await app.call("POST", "keys/query", { device_keys: { [alice.userId]: [] } })).body;
			assert.deepEqual(seen.master_keys[alice.userId], setOne.master_key);
			assert.deepEqual(seen.self_signing_keys[alice.userId], setOne.self_signing_key);
			const userSigning = app === alice ? setOne.user_signing_key : undefined;
			assert.deepEqual(seen.user_signing_keys[alice.userId], userSigning);
		}
	});

	test("is stored without the signatures that nobody can verify", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		const wrong = vectors.signatureOf("SSK1", "MSK1");
		const master_key = withSignatures(setOne.master_key, alice.userId, { "ed25519:NOBODY": wrong });
		const self_signing_key = withSignatures(setOne.self_signing_key, alice.userId, {
			[`ed25519:${vectors.device}`]: wrong,
		});
		assert.equal((await upload(alice, { ...setOne, master_key, self_signing_key })).status, 200);
		const seen = (await alice.call("POST", "keys/query", { device_keys: { [alice.userId]: [] } })).body;
		assert.deepEqual(seen.master_keys[alice.userId].signatures, {}, "its device has no keys here yet");
		assert.deepEqual(seen.self_signing_keys[alice.userId], setOne.self_signing_key);
	});

	test("cannot do without a master key", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		refusedWith(await upload(alice, {}), 400, "M_MISSING_PARAM");
		const { master_key: _master, ...others } = setOne;
		refusedWith(await upload(alice, others), 400, "M_MISSING_PARAM");
	});

	test("is also taken under the unstable path", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		const { status } = await alice.call("POST", `/_matrix/client/unstable/${path}`, setOne);
		assert.equal(status, 200);
	});
});

/** The key with more signatures of the person's. */
function withSignatures(key: object, userId: string, more: Readonly<Record<string, string>>) {
	const { signatures }: { signatures?: Readonly<Record<string, object>> } = { ...key };
	return { ...key, signatures: { [userId]: { ...signatures?.[userId], ...more } } };
}

describe("the same identity again", () => {
	test("is 200 whatever auth holds, and tells nobody's app of a change", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		const before = await world.storage.read.stream.position(alice.accountId);
		for (const auth of [undefined, null, {}, { session: "of somebody" }, { type: "m.login.password" }, 7]) {
			assert.deepEqual((await upload(alice, { ...setOne, auth })).body, {});
		}
		assert.deepEqual((await upload(alice, {})).status, 200);
		assert.equal(await world.storage.read.keyChanges.changedSince(alice.accountId, before), false);
	});
});

describe("another identity", () => {
	test("is 401 with both stages, a session and the approval page's URL, until it is approved", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		const first = await upload(alice, vectors.resetBody());
		assert.equal(first.status, 401);
		assert.deepEqual(first.body.flows, [
			{ stages: ["m.oauth"] },
			{ stages: ["org.matrix.cross_signing_reset"] },
		]);
		assert.equal(first.body.params["m.oauth"].url, first.body.params["org.matrix.cross_signing_reset"].url);
		const url = new URL(first.body.params["m.oauth"].url);
		assert.match(url.href, /^https:\/\/auth\.example\.org\/account\/reset\/[\w-]{20,}\?/);
		assert.equal(url.searchParams.get("action"), "org.matrix.cross_signing_reset");
		const again = await upload(alice, { ...vectors.resetBody(), auth: { session: first.body.session } });
		assert.deepEqual([again.status, again.body], [401, first.body]);
		assert.equal(await masterOf(alice), vectors.keys.MSK1.publicKey);
	});

	test("is told in words where it is approved; as an error only after a stage that is none of ours", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		const withAuth = (auth: unknown) => upload(alice, { ...vectors.resetBody(), auth });
		const { body: first } = await upload(alice, vectors.resetBody());
		const { url } = first.params["m.oauth"];
		assert.equal(first.msg, `Replacing a digital identity has to be approved on this page first: ${url}`);
		for (const auth of [{}, null, { session: first.session }, { session: first.session, type: "m.oauth" }]) {
			const { body } = await withAuth(auth);
			assert.deepEqual([body.errcode, body.error, body.msg], [undefined, undefined, first.msg]);
		}
		for (const type of ["m.login.password", "m.login.dummy", "org.example.stage"]) {
			const { status, body } = await withAuth({ type, session: first.session });
			assert.deepEqual([status, body.errcode, body.error], [401, "M_FORBIDDEN", first.msg]);
			assert.deepEqual([body.session, body.flows], [first.session, first.flows]);
		}
	});

	test("is stored once approved, for every way of repeating the request", async () => {
		for (const auth of [
			undefined,
			{},
			{ session: "SESSION" },
			{ session: null, type: "m.oauth" },
			{ session: "SESSION", type: "m.oauth" },
			{ session: "SESSION", type: "org.matrix.cross_signing_reset" },
		]) {
			const { world, alice } = await signedInAlice();
			await using _ = world;
			await upload(alice, setOne);
			const { body } = await upload(alice, vectors.resetBody());
			await world.decide("approve", alice.accountId);
			const text = JSON.stringify({ ...vectors.resetBody(), auth }).replaceAll("SESSION", body.session);
			assert.equal((await upload(alice, text)).status, 200);
			assert.equal(await masterOf(alice), vectors.keys.MSK2.publicKey);
			assert.equal(
				(await upload(alice, vectors.resetBody())).status,
				200,
				"a lost answer is asked for again",
			);
		}
	});

	test("is stored as it was approved: what came with the retry to the same keys is not", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await alice.call("POST", "keys/upload", { device_keys: vectors.signed("DEV", "DEV") });
		await upload(alice, setOne);
		const asked = vectors.resetBody();
		await upload(alice, asked);
		await world.decide("approve", alice.accountId);
		const { signatures: _dropped, ...bare } = asked.master_key;
		assert.equal((await upload(alice, { ...asked, master_key: bare })).status, 200);
		const seen = (await alice.call("POST", "keys/query", { device_keys: { [alice.userId]: [] } })).body;
		assert.deepEqual(seen.master_keys[alice.userId], asked.master_key);
		assert.deepEqual(seen.self_signing_keys[alice.userId], asked.self_signing_key);
	});

	test("refused on the page is told once as 403 to an app that sends no session, and as 401 to one that does", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		const { body } = await upload(alice, vectors.resetBody());
		await world.decide("deny", alice.accountId);
		refusedWith(await upload(alice, vectors.resetBody()), 403, "M_FORBIDDEN");
		const later = await upload(alice, { ...vectors.resetBody(), auth: { session: body.session } });
		refusedWith(later, 401, "M_FORBIDDEN");
		assert.equal(later.body.session, body.session);
	});

	test("drops every signature of and on the keys it replaces", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await alice.call("POST", "keys/upload", { device_keys: vectors.signed("DEV", "DEV") });
		await upload(alice, setOne);
		const signing = await alice.call("POST", "keys/signatures/upload", {
			[alice.userId]: { [vectors.device]: vectors.signed("DEV", "SSK1") },
		});
		assert.deepEqual(signing.body, { failures: {} });
		await upload(alice, vectors.resetBody());
		await world.decide("approve", alice.accountId);
		await upload(alice, vectors.resetBody());
		const { body } = await alice.call("POST", "keys/query", { device_keys: { [alice.userId]: [] } });
		assert.deepEqual(body.device_keys[alice.userId][vectors.device].signatures, {
			[alice.userId]: { [`ed25519:${vectors.device}`]: vectors.signatureOf("DEV", "DEV") },
		});
		assert.deepEqual((await world.homeserver.identityOf(alice.accountId)).signedDevices, []);
	});

	test("approved and sent 200 times at once is written once", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		await upload(alice, vectors.resetBody());
		await world.decide("approve", alice.accountId);
		const before = await world.storage.read.stream.position(alice.accountId);
		const answers = await Promise.all(Array.from({ length: 200 }, () => upload(alice, vectors.resetBody())));
		assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
		assert.equal(await world.storage.read.stream.position(alice.accountId), before + 1);
		const events = await world.storage.read.events.list(alice.accountId, { limit: 100 });
		assert.equal(events.filter(({ kind }) => kind === "identity-replaced").length, 1);
	});

	test("asked for too often is 429 with a time to retry, in header and body", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		let answer: Answer | undefined;
		for (let turn = 0; turn < 25 && answer?.status !== 429; turn++)
			answer = await upload(alice, identityOf(alice.userId, `other ${turn}`).body);
		assert.ok(answer !== undefined);
		refusedWith(answer, 429, "M_LIMIT_EXCEEDED");
		assert.ok(answer.body.retry_after_ms > 0);
		const seconds = Number(answer.headers.get("retry-after"));
		assert.equal(seconds, Math.ceil(answer.body.retry_after_ms / 1_000));
	});

	test("approved for one device opens nothing for another, nor for other keys", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		const other = await world.signIn("alice", "OTHERAAAAA");
		await upload(alice, setOne);
		const { body } = await upload(alice, vectors.resetBody());
		await world.decide("approve", alice.accountId);
		const auth = { session: body.session, type: "m.oauth" };
		assert.equal((await upload(other, { ...vectors.resetBody(), auth })).status, 401);
		const thief = identityOf(alice.userId, "thief").body;
		assert.equal((await upload(alice, { ...thief, auth })).status, 401);
		assert.equal(await masterOf(alice), vectors.keys.MSK1.publicKey);
	});
});

describe("keys that could never be stored are refused before anybody is asked", () => {
	const reset = vectors.resetBody();
	const wrongSigner = {
		...reset,
		self_signing_key: {
			...vectors.objects.SSK2,
			signatures: { [vectors.alice]: { [vectors.keyIdOf("MSK1")]: vectors.ssk2ByMsk1 } },
		},
	};
	const signedAs = (user: string, keyId: string) => ({
		...reset,
		self_signing_key: {
			...vectors.objects.SSK2,
			signatures: { [user]: { [keyId]: vectors.signatureOf("SSK2", "MSK2") } },
		},
	});
	const masterOfText = (id: string, value: string) => ({
		...reset,
		master_key: { ...vectors.objects.MSK2, keys: { [`ed25519:${id}`]: value } },
	});
	const cases: readonly (readonly [string, unknown, string])[] = [
		["signed by the master key being replaced", wrongSigner, "M_INVALID_SIGNATURE"],
		[
			"signed under another user",
			signedAs("@bob:example.org", vectors.keyIdOf("MSK2")),
			"M_INVALID_SIGNATURE",
		],
		[
			"signed under the device's key id",
			signedAs(vectors.alice, "ed25519:DEVICEAAAA"),
			"M_INVALID_SIGNATURE",
		],
		[
			"with another usage under the same signature",
			{
				...reset,
				user_signing_key: { ...vectors.signed("SSK2", "MSK2"), usage: ["user_signing"] },
				self_signing_key: undefined,
			},
			"M_INVALID_SIGNATURE",
		],
		[
			"whose id differs from its value",
			masterOfText(vectors.keys.MSK1.publicKey, vectors.keys.MSK2.publicKey),
			"M_INVALID_PARAM",
		],
		["of 31 bytes", masterOfText("A".repeat(42), "A".repeat(42)), "M_INVALID_PARAM"],
		[
			"in url-safe base64",
			masterOfText(
				vectors.keys.MSK2.publicKey.replaceAll("+", "-").replaceAll("/", "_"),
				vectors.keys.MSK2.publicKey.replaceAll("+", "-").replaceAll("/", "_"),
			),
			"M_INVALID_PARAM",
		],
		["of another user", identityOf("@bob:example.org", "bob").body, "M_INVALID_PARAM"],
		["that are null", { ...reset, master_key: null }, "M_BAD_JSON"],
	];
	for (const [name, body, errcode] of cases) {
		test(name, async () => {
			const { world, alice } = await signedInAlice();
			await using _ = world;
			await upload(alice, setOne);
			refusedWith(await upload(alice, body), 400, errcode);
			const asked = await world.storage.read.requests.ofAccount(alice.accountId, 0);
			assert.deepEqual(asked, []);
		});
	}

	test("a key that is the id of one of the person's devices: 403", async () => {
		await using world = await openHomeserverWorld();
		const identity = identityOf("@alice:example.org", "mine");
		const alice = await world.signIn("alice", identity.selfSigning.publicKey);
		refusedWith(await upload(alice, identity.body), 403, "M_FORBIDDEN");
		assert.equal(await masterOf(alice), undefined);
	});

	test("a key that was replaced cannot come back: 403", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		await upload(alice, vectors.resetBody());
		await world.decide("approve", alice.accountId);
		await upload(alice, vectors.resetBody());
		refusedWith(await upload(alice, setOne), 403, "M_FORBIDDEN");
	});
});
