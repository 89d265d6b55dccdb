/** The library's verification by emoji, with matrix-js-sdk at the other device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ClientErrorCode,
	type ComparedEmoji,
	clientErrorCode,
	type HomeserverSession,
	identityStatus,
	isClientError,
	type VerificationOptions,
	verifyWithOtherDevice,
} from "@countersign/client";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { eventually } from "../support/js-sdk-traffic.ts";
import { readIdentity } from "../support/published-identity.ts";
import { answerVerification, askForVerification } from "../support/sas.ts";
import { startServer } from "../support/server.ts";
import { keepSyncing, openWasmApp } from "../support/wasm-app.ts";

const options = { skip: jsSdk.skip, timeout: 60_000 };

/** Alice with a phone that holds her identity and a backup, and a program that has just signed in. */
async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const phone = await startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), {
		sync: true,
	});
	await phone.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	await phone.setUpRecovery();
	await phone.crypto.resetKeyBackup();
	await phone.settle();
	const device = await server.loginDevice({ localpart: "alice", browser });
	const app = await openWasmApp(server.url, device);
	const { userId, deviceId, accessToken } = device;
	const session = { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
	return {
		...{ server, browser, phone, device, app, session },
		verify(own: Pick<VerificationOptions, "compare"> & Partial<VerificationOptions>) {
			return verifyWithOtherDevice({ session, wasm: app.wasm, machine: app.machine, ...own });
		},
		async [Symbol.asyncDispose]() {
			app[Symbol.dispose]();
			for (const closed of [phone, server]) await closed[Symbol.asyncDispose]();
		},
	};
}

const namesOf = (emoji: readonly ComparedEmoji[]) =>
	emoji.map(({ description }) => description.toLowerCase());

test("a new device is vouched for by the other one, and holds identity and backup", options, async () => {
	await using world = await openWorld();
	const { server, phone, device, app, session } = world;
	const there: string[] = [];
	const here: string[] = [];
	const steps: string[] = [];
	const answered = answerVerification(phone, async ({ emoji, confirm }) => {
		there.push(...emoji);
		await confirm();
	});
	const outcome = await world.verify({
		onStep: (step) => steps.push(step),
		async compare(emoji) {
			here.push(...namesOf(emoji));
			return true;
		},
	});
	assert.equal(await answered, "done");
	assert.equal(here.length, 7);
	assert.deepEqual(
		here,
		there.map((name) => name.toLowerCase()),
	);
	assert.deepEqual(steps, ["asked", "answered", "comparing", "confirmed", "verified"]);
	const { masterKey, signedDevices } = await readIdentity(server.url, device);
	assert.deepEqual(outcome, {
		masterKey,
		otherDeviceId: phone.device.deviceId,
		held: true,
		backupVersion: await phone.crypto.getActiveSessionBackupVersion(),
	});
	assert.ok(signedDevices.includes(device.deviceId));
	assert.equal((await identityStatus({ session, crypto: app.crypto })).advice, "nothing");
});

test("the other device may ask as well, and this one only waits", options, async () => {
	await using world = await openWorld();
	const { phone, device } = world;
	const asked = askForVerification(phone, device.deviceId, ({ confirm }) => confirm());
	const outcome = await world.verify({ begin: "wait", compare: async () => true });
	assert.equal(await asked, "done");
	assert.deepEqual([outcome.held, outcome.otherDeviceId], [true, phone.device.deviceId]);
});

/** A person who looks at the screen until it is of no use any more. */
const untilOver: VerificationOptions["compare"] = (_, signal) =>
	new Promise((resolve) => {
		signal.addEventListener("abort", () => resolve(true));
	});

const nobody = () => assert.fail("there is nothing to compare");

async function fails(run: Promise<unknown>, code: ClientErrorCode, cancelCode?: string): Promise<void> {
	await assert.rejects(run, (error) => {
		assert.ok(isClientError(error), String(error));
		assert.deepEqual([error.code, error.cancelCode], [code, cancelCode]);
		return true;
	});
}

test("emoji that differ, at either side, leave nothing trusted", options, async () => {
	await using world = await openWorld();
	const { server, phone, device, app } = world;
	const first = answerVerification(phone, ({ confirm }) => confirm());
	await fails(
		world.verify({ compare: async () => false }),
		clientErrorCode.verificationMismatch,
		"m.mismatched_sas",
	);
	assert.equal(await first, "m.mismatched_sas");
	const second = answerVerification(phone, ({ mismatch }) => mismatch());
	const whenOver = world.verify({ compare: untilOver });
	await fails(whenOver, clientErrorCode.verificationMismatch, "m.mismatched_sas");
	assert.equal(await second, "m.mismatched_sas");
	const { signedDevices } = await readIdentity(server.url, device);
	assert.deepEqual(signedDevices, [phone.device.deviceId]);
	assert.equal(await app.crypto.heldMasterKey(), undefined);
});

test("a device that gives up, before it answers or while it shows emoji, ends it", options, async () => {
	await using world = await openWorld();
	const { phone } = world;
	const first = world.verify({ compare: nobody });
	await (await requestAt(phone)).cancel();
	await fails(first, clientErrorCode.verificationCancelled, "m.user");
	const second = world.verify({ compare: untilOver });
	const request = await requestAt(phone);
	const answered = answerVerification(phone, () => request.cancel());
	await fails(second, clientErrorCode.verificationCancelled, "m.user");
	assert.equal(await answered, "m.user");
});

async function requestAt({ crypto, device }: SdkApp) {
	return eventually("a request arrives", async () =>
		crypto.getVerificationRequestsToDeviceInProgress(device.userId).find(({ pending }) => pending),
	);
}

test("nobody answers, or the caller ends it: the other device stops asking as well", options, async () => {
	await using world = await openWorld();
	const { phone } = world;
	const late = world.verify({ compare: nobody, timeoutMs: 3_000 });
	const first = await requestAt(phone);
	await fails(late, clientErrorCode.verificationTimeout, "m.timeout");
	await eventually("the request is gone", async () => !first.pending);
	const over = new AbortController();
	const aborted = world.verify({ compare: untilOver, signal: over.signal });
	const answered = answerVerification(phone, () => over.abort());
	await fails(aborted, clientErrorCode.aborted);
	assert.equal(await answered, "m.user");
});

test("a request that another device of the person takes is not this one's any more", options, async () => {
	await using world = await openWorld();
	const { server, phone, session, device } = world;
	// A device that asked several others says so to all but the first that answered.
	const takenFirst: HomeserverSession["fetch"] = async (url, init) => {
		const response = await fetch(url, init);
		if (url.includes("m.key.verification.ready")) {
			const { transactionId: transaction_id } = await requestAt(phone);
			const content = { transaction_id, code: "m.accepted", reason: "taken elsewhere" };
			const messages = { [device.userId]: { [device.deviceId]: content } };
			await server.call(phone.device, "PUT", "sendToDevice/m.key.verification.cancel/1", { messages });
		}
		return response;
	};
	const verified = world.verify({
		session: { ...session, fetch: takenFirst },
		begin: "wait",
		compare: nobody,
	});
	await eventually("the program is known", async () => {
		const devices = await phone.crypto.getUserDeviceInfo([session.userId], true);
		return devices.get(session.userId)?.has(session.deviceId);
	});
	await phone.crypto.requestDeviceVerification(device.userId, device.deviceId);
	await fails(verified, clientErrorCode.verificationAnsweredElsewhere, "m.accepted");
});

test("a device that nobody sits at vouches for nobody", options, async () => {
	await using world = await openWorld();
	const { phone, session, app } = world;
	await phone.crypto.startDehydration();
	await phone.client.logout(true);
	await fails(world.verify({ compare: nobody }), clientErrorCode.nothingToVerifyWith);
	assert.deepEqual((await identityStatus({ session, crypto: app.crypto })).otherTrustedDevices, []);
});

test(
	"an app that syncs by itself feeds its own machine, and this device may be the one that vouches",
	options,
	async () => {
		await using world = await openWorld();
		const { server, browser, phone, app, device } = world;
		const answered = answerVerification(phone, ({ confirm }) => confirm());
		await world.verify({ compare: async () => true });
		assert.equal(await answered, "done");
		const laptop = await server.loginDevice({ localpart: "alice", browser });
		await using other = await startSdkApp(server, laptop, { sync: true });
		await using _loop = keepSyncing(server.url, app, device);
		const asked = askForVerification(other, device.deviceId, ({ confirm }) => confirm());
		const outcome = await world.verify({ begin: "wait", sync: "by-the-app", compare: async () => true });
		assert.equal(await asked, "done");
		assert.equal(outcome.otherDeviceId, laptop.deviceId);
		const { signedDevices } = await readIdentity(server.url, device);
		assert.ok(signedDevices.includes(laptop.deviceId));
	},
);
