/** A reset that does not come to its end at once: what its error says, and that it goes on from there. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	clientErrorCode,
	type IdentityReset,
	type IdentityResetError,
	prepareIdentityReset,
	type ResetStep,
	resumeIdentityReset,
} from "../../src/index.ts";
import { serverKinds } from "../support/servers/index.ts";
import { assertReplaced, failure, type OtherServer, openOtherServer } from "./world.ts";

const minute = 60_000;

const [kind] = serverKinds;
assert.ok(kind);

/** What recovery goes by, and the backups: what must not be touched before the device is signed. */
function recoveryOf({ server: { account } }: OtherServer): string {
	return JSON.stringify([[...account.accountData], account.backups]);
}

/** Where it stopped, whether nothing has changed, and whether it goes on. */
function told({ step, safe, resumable }: IdentityResetError) {
	return { step, safe, resumable };
}

/** Ends what is under way, as another run of the program would. */
async function assertGoesOn(
	world: OtherServer,
	reset: IdentityReset,
	session = world.app.session,
): Promise<void> {
	const { server, app, options } = world;
	const again = await resumeIdentityReset({ ...app, session });
	assert.equal(again?.masterKey, reset.masterKey, "the same keys");
	await assertReplaced(world, await again.run({ ...options, present: ({ url }) => server.approve(url) }));
}

describe("a reset", () => {
	test("whose signature of the device a server takes and drops is not called complete", async () => {
		await using world = await openOtherServer(kind);
		const { server, app, options } = world;
		const before = recoveryOf(world);
		let dropped = 0;
		server.fault = ({ path }) =>
			path.endsWith("/keys/signatures/upload") && dropped++ >= 0
				? { status: 200, body: { failures: {} } }
				: undefined;
		const reset = await prepareIdentityReset(app);
		const run = reset.run({ ...options, present: ({ url }) => server.approve(url) });
		const error = await failure(run, clientErrorCode.identityIncomplete);
		assert.deepEqual(told(error), { step: "sign-device", safe: false, resumable: true });
		assert.equal(dropped, 3, "it is tried again");
		assert.equal(recoveryOf(world), before, "what the device is needed for waits");
		server.fault = undefined;
		await assertGoesOn(world, reset);
	});

	test("that is stopped at any of its steps after the server took the keys only pauses", async () => {
		await using world = await openOtherServer(kind);
		const { server, app, options, shown } = world;
		const stopped: ResetStep[] = [];
		const keys: string[] = [];
		const reset = await prepareIdentityReset({ ...app, oldBackup: "delete-after-success" });
		const runUntilNews = () => {
			const over = new AbortController();
			return reset.run({
				...options,
				signal: over.signal,
				async present(challenge) {
					await options.present(challenge);
					await server.approve(challenge.url);
				},
				onStep(step) {
					if (step === "upload" || stopped.includes(step)) return;
					stopped.push(step);
					over.abort();
				},
				saveRecoveryKey: async (key) => void keys.push(key),
			});
		};
		const steps = [
			...(["import", "sign-device", "save-recovery-key", "store-recovery"] as const),
			...(["create-backup", "use-backup", "delete-old-backup"] as const),
		];
		for (const step of steps) {
			const error = await failure(runUntilNews(), clientErrorCode.aborted);
			assert.deepEqual(told(error), { step, safe: false, resumable: true });
		}
		assert.deepEqual(stopped, steps);
		const outcome = await runUntilNews();
		assert.equal(outcome.masterKey, reset.masterKey);
		assert.deepEqual(
			server.account.backups.map(({ version }) => version),
			[outcome.backupVersion],
		);
		assert.deepEqual(
			[shown.length, keys.length],
			[1, 1],
			"one approval, and one showing of the recovery key",
		);
		assert.equal(await app.store.get(), undefined);
	});

	test("that is stopped while the person writes the recovery key down goes on with that very key", async () => {
		await using world = await openOtherServer(kind);
		const { server, app, options } = world;
		const before = recoveryOf(world);
		const over = new AbortController();
		const keys: string[] = [];
		const reset = await prepareIdentityReset(app);
		const run = reset.run({
			...options,
			signal: over.signal,
			present: ({ url }) => server.approve(url),
			async saveRecoveryKey(key) {
				keys.push(key);
				over.abort();
				throw over.signal.reason;
			},
		});
		const error = await failure(run, clientErrorCode.recoveryNotSaved);
		assert.deepEqual(told(error), { step: "save-recovery-key", safe: false, resumable: true });
		assert.equal(recoveryOf(world), before, "the old recovery key is the one that counts");
		const again = await resumeIdentityReset(app);
		assert.ok(again);
		const saveRecoveryKey = async (key: string) => void keys.push(key);
		await assertReplaced(world, await again.run({ ...options, saveRecoveryKey }));
		assert.deepEqual([keys.length, keys[0]], [2, keys[1]]);
	});
});

describe("a reset by an app that has not published its device's keys", () => {
	/** Takes the keys away from the server; gives them back when called. */
	function unpublish({ server, app }: OtherServer): () => void {
		const device = server.account.devices.get(app.device.deviceId);
		assert.ok(device?.keys);
		const { keys } = device;
		Object.assign(device, { keys: undefined });
		return () => void Object.assign(device, { keys });
	}

	test("says so before anything is asked for or changed, and goes on once they are there", async () => {
		await using world = await openOtherServer(kind);
		const { server, app, options, shown, kept } = world;
		const publish = unpublish(world);
		const before = [kept(), app.dump()];
		const reset = await prepareIdentityReset(app);
		const error = await failure(reset.run(options), clientErrorCode.deviceUnknown);
		assert.deepEqual(told(error), { step: "upload", safe: true, resumable: true });
		assert.equal(error.name, "IdentityResetError");
		assert.deepEqual([kept(), app.dump(), shown], [...before, []]);
		assert.ok(!server.seen.slice(-4).some(({ path }) => path.endsWith("/device_signing/upload")));
		publish();
		await assertGoesOn(world, reset);
	});

	test("waits a moment for an app that is just doing it", async () => {
		await using world = await openOtherServer(kind);
		const { server, app, time, options } = world;
		time.at(1_500, unpublish(world));
		const reset = await prepareIdentityReset(app);
		await assertReplaced(world, await reset.run({ ...options, present: ({ url }) => server.approve(url) }));
	});
});

describe("a server that keeps asking for fewer requests ends a reset", () => {
	const tooMany = { errcode: "M_LIMIT_EXCEEDED", error: "Too many requests", retry_after_ms: 7000 };

	for (const [when, asked, expected] of [
		["before it asked anybody", "POST /device_signing/upload", { step: "upload", safe: true }],
		["after it took the keys", "PUT /m.secret_storage.default_key", { step: "store-recovery", safe: false }],
	] as const)
		test(`${when}, and says so`, async () => {
			await using world = await openOtherServer(kind);
			const { server, app, options, shown } = world;
			const [which, end = ""] = asked.split(" ");
			server.fault = ({ method, path }) =>
				method === which && path.endsWith(end) ? { status: 429, body: tooMany } : undefined;
			const reset = await prepareIdentityReset(app);
			const run = reset.run({
				...options,
				async present(challenge) {
					await options.present(challenge);
					await server.approve(challenge.url);
				},
			});
			const error = await failure(run, clientErrorCode.rateLimited);
			assert.deepEqual(told(error), { ...expected, resumable: true });
			assert.deepEqual([error.status, error.retryAfterMs], [429, 7000]);
			assert.equal(shown.length, expected.safe ? 0 : 1);
			server.fault = undefined;
			await assertGoesOn(world, reset);
		});
});

describe("a device that is signed out", () => {
	for (const [when, step, safe] of [
		["while the person is asked", "upload", true],
		["after the server took the keys", "save-recovery-key", false],
	] as const)
		test(`${when} is told so, and the reset goes on once it is signed in again`, async () => {
			await using world = await openOtherServer(kind);
			const { server, app, time, options } = world;
			const renewed = { device: app.device };
			const signOut = () => {
				renewed.device = server.renew(app.device);
			};
			if (safe) time.at(minute, signOut);
			const reset = await prepareIdentityReset(app);
			const run = reset.run({
				...options,
				present: safe ? options.present : ({ url }) => server.approve(url),
				saveRecoveryKey: async () => signOut(),
			});
			const error = await failure(run, clientErrorCode.loggedOut);
			assert.deepEqual(told(error), { step, safe, resumable: true });
			const { accessToken } = renewed.device;
			await assertGoesOn(world, reset, { ...app.session, accessToken: async () => accessToken });
		});
});
