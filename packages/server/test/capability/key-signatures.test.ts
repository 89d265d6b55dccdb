import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { byPerson } from "../support/actors.ts";
import { deviceKeys, identityOf, onlySignature, signer, withSignature } from "../support/device-crypto.ts";
import { openHomeserverWorld } from "../support/homeserver-world.ts";

describe("signatures", () => {
	/** Alice and Bob, each with a device and an identity. */
	async function twoPeople() {
		const world = await openHomeserverWorld();
		const person = async (localpart: string, deviceId: string) => {
			const app = await world.signIn(localpart, deviceId);
			const identity = identityOf(app.userId, localpart);
			const device = deviceKeys(app.userId, deviceId);
			await app.call("POST", "keys/upload", { device_keys: device });
			await app.call("POST", "keys/device_signing/upload", identity.body);
			return { app, identity, device };
		};
		return { world, alice: await person("alice", "ALICEAAAAA"), bob: await person("bob", "BOBBBBBBBB") };
	}
	type Person = Awaited<ReturnType<typeof twoPeople>>["alice"];

	const sign = async (by: Person, body: unknown) => {
		const answer = await by.app.call("POST", "keys/signatures/upload", body);
		assert.equal(answer.status, 200);
		return answer.body.failures;
	};
	const look = async (by: Person, at: Person) =>
		(await by.app.call("POST", "keys/query", { device_keys: { [at.app.userId]: [] } })).body;
	const masterId = (of: Person) => of.identity.master.publicKey;

	test("of a device by the self-signing key and of the master key by a device are seen by all", async () => {
		const { world, alice, bob } = await twoPeople();
		await using _ = world;
		const { userId, deviceId } = alice.app;
		const byDevice = signer(deviceId, deviceId);
		const failures = await sign(alice, {
			[userId]: {
				[deviceId]: onlySignature(alice.device, userId, alice.identity.selfSigning),
				[masterId(alice)]: onlySignature(alice.identity.body.master_key, userId, byDevice),
			},
		});
		assert.deepEqual(failures, {});
		for (const viewer of [alice, bob]) {
			const seen = await look(viewer, alice);
			const onDevice = seen.device_keys[userId][deviceId].signatures[userId];
			assert.deepEqual(
				Object.keys(onDevice).sort(),
				[byDevice.keyId, alice.identity.selfSigning.keyId].sort(),
			);
			assert.deepEqual(Object.keys(seen.master_keys[userId].signatures[userId]), [byDevice.keyId]);
		}
	});

	test("of another person's master key by the user-signing key are seen by the signer alone", async () => {
		const { world, alice, bob } = await twoPeople();
		await using _ = world;
		const [before, bobBefore] = await Promise.all(
			[alice, bob].map(({ app }) => world.storage.read.stream.position(app.accountId)),
		);
		const signed = onlySignature(bob.identity.body.master_key, alice.app.userId, alice.identity.userSigning);
		assert.deepEqual(await sign(alice, { [bob.app.userId]: { [masterId(bob)]: signed } }), {});
		const own = (await look(alice, bob)).master_keys[bob.app.userId].signatures;
		assert.deepEqual(Object.keys(own[alice.app.userId]), [alice.identity.userSigning.keyId]);
		const carol = { app: await world.signIn("carol", "CAROLAAAAA"), identity: bob.identity, device: {} };
		for (const other of [bob, carol])
			assert.deepEqual((await look(other, bob)).master_keys[bob.app.userId].signatures, {});
		const { changedSince } = world.storage.read.keyChanges;
		assert.equal(await changedSince(alice.app.accountId, before ?? 0), true);
		assert.equal(await changedSince(bob.app.accountId, bobBefore ?? 0), false);
	});

	test("that were there already are no change", async () => {
		const { world, alice } = await twoPeople();
		await using _ = world;
		const { userId, deviceId } = alice.app;
		const body = {
			[userId]: { [deviceId]: onlySignature(alice.device, userId, alice.identity.selfSigning) },
		};
		await sign(alice, body);
		const before = await world.storage.read.stream.position(alice.app.accountId);
		assert.deepEqual(await sign(alice, body), {});
		assert.equal(await world.storage.read.stream.position(alice.app.accountId), before);
	});

	test("are refused one by one: the good ones of a request are kept", async () => {
		const { world, alice, bob } = await twoPeople();
		await using _ = world;
		const { userId, deviceId } = alice.app;
		const bobsMaster = bob.identity.body.master_key;
		const failures = await sign(alice, {
			[userId]: {
				[deviceId]: onlySignature(alice.device, userId, alice.identity.selfSigning),
				GONEAAAAAA: onlySignature(alice.device, userId, alice.identity.selfSigning),
				[masterId(alice)]: onlySignature(
					{ ...alice.identity.body.master_key, extra: 1 },
					userId,
					signer(deviceId, deviceId),
				),
			},
			[bob.app.userId]: {
				[bob.app.deviceId]: onlySignature(bob.device, userId, alice.identity.selfSigning),
				[masterId(bob)]: onlySignature(bobsMaster, userId, alice.identity.selfSigning),
			},
			"@nobody:example.org": { X: alice.device },
		});
		const codes = (user: string) =>
			Object.fromEntries(
				Object.entries<{ errcode: string }>(failures[user]).map(([id, failure]) => [id, failure.errcode]),
			);
		assert.deepEqual(codes(userId), { GONEAAAAAA: "M_NOT_FOUND", [masterId(alice)]: "M_UNKNOWN" });
		assert.deepEqual(codes(bob.app.userId), {
			[bob.app.deviceId]: "M_NOT_FOUND",
			[masterId(bob)]: "M_INVALID_SIGNATURE",
		});
		assert.deepEqual(codes("@nobody:example.org"), { X: "M_NOT_FOUND" });
		const seen = await look(alice, alice);
		assert.ok(alice.identity.selfSigning.keyId in seen.device_keys[userId][deviceId].signatures[userId]);
	});

	test("that are forged, or by a key that signs nothing of the kind, are refused", async () => {
		const { world, alice } = await twoPeople();
		await using _ = world;
		const { userId, deviceId } = alice.app;
		const { selfSigning, userSigning, master } = alice.identity;
		const forged = {
			...alice.device,
			signatures: { [userId]: { [selfSigning.keyId]: "A".repeat(86) } },
		};
		for (const object of [
			forged,
			alice.device,
			onlySignature(alice.device, userId, userSigning),
			onlySignature(alice.device, userId, master),
		]) {
			const failures = await sign(alice, { [userId]: { [deviceId]: object } });
			assert.equal(failures[userId][deviceId].errcode, "M_INVALID_SIGNATURE");
		}
		assert.deepEqual((await world.homeserver.identityOf(alice.app.accountId)).signedDevices, []);
	});

	test("that are refused take the good ones over the same key along", async () => {
		const { world, alice } = await twoPeople();
		await using _ = world;
		const { userId, deviceId } = alice.app;
		const second = await world.signIn("alice", "SECONDAAAA");
		await second.call("POST", "keys/upload", { device_keys: deviceKeys(userId, "SECONDAAAA") });
		const good = onlySignature(alice.identity.body.master_key, userId, signer(deviceId, deviceId));
		const both = withSignature(good, userId, signer("forged", "SECONDAAAA"));
		const failures = await sign(alice, { [userId]: { [masterId(alice)]: both } });
		assert.equal(failures[userId][masterId(alice)].errcode, "M_INVALID_SIGNATURE");
		assert.deepEqual(await world.storage.read.keySignatures.on(alice.app.accountId), []);
	});

	test("of and by a device end with it", async () => {
		const { world, alice } = await twoPeople();
		await using _ = world;
		const second = await world.signIn("alice", "SECONDAAAA");
		const device = deviceKeys(second.userId, second.deviceId);
		await second.call("POST", "keys/upload", { device_keys: device });
		const failures = await sign(alice, {
			[second.userId]: {
				[second.deviceId]: onlySignature(device, second.userId, alice.identity.selfSigning),
				[masterId(alice)]: onlySignature(
					alice.identity.body.master_key,
					second.userId,
					signer(second.deviceId, second.deviceId),
				),
			},
		});
		assert.deepEqual(failures, {});
		const { accountId, sessionId } = second;
		await world.sessions.end({ accountId, sessionId, reason: "signed-out", actor: byPerson });
		const left = await world.storage.read.keySignatures.on(accountId);
		assert.deepEqual(left, []);
		const seen = await look(alice, alice);
		assert.deepEqual(Object.keys(seen.device_keys[second.userId]), ["ALICEAAAAA"]);
	});
});
