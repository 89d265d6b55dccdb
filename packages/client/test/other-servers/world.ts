import assert from "node:assert/strict";
import {
	type ClientErrorCode,
	IdentityResetError,
	prepareIdentityReset,
	type ResetOutcome,
	type RunOptions,
} from "../../src/index.ts";
import { openPlainApp, type PlainApp } from "../support/plain-app.ts";
import {
	onlyKey,
	password,
	type ServerKind,
	startServerOf,
	type TestHomeserver,
} from "../support/servers/index.ts";
import { type VirtualTime, virtualTime } from "../support/virtual-time.ts";

/** Alice's app at a server of some kind, with an identity, recovery and a backup, in time that the test makes pass. */
export interface OtherServer extends AsyncDisposable {
	readonly server: TestHomeserver;
	readonly app: PlainApp;
	readonly time: VirtualTime;
	readonly first: ResetOutcome;
	/** What was presented, in order. */
	readonly shown: string[];
	/** What a run needs; nobody agrees. A password is known, where one is asked for. */
	readonly options: RunOptions;
	/** Everything the homeserver keeps for the person, for comparison. */
	kept(): string;
}

/** @param skewMs how far the app's clock is ahead of the server's */
export async function openOtherServer(
	kind: ServerKind,
	{ skewMs = 0 }: { readonly skewMs?: number } = {},
): Promise<OtherServer> {
	const time = virtualTime();
	const server = await startServerOf(kind, time.now);
	const { sleep, jitter } = time;
	const shown: string[] = [];
	const options: RunOptions = {
		present: ({ url }) => void shown.push(url),
		saveRecoveryKey: async () => {},
		password: async () => password,
	};
	try {
		const app = await openPlainApp(server, { sleep, jitter, now: () => time.now() + skewMs });
		const first = await (await prepareIdentityReset(app)).run(options);
		assert.equal(shown.length, 0, "the first identity needs nobody");
		const { account } = server;
		const kept = () =>
			JSON.stringify([
				[...account.identity],
				account.backups,
				[...account.accountData],
				[...account.devices],
			]);
		return {
			server,
			app,
			time,
			first,
			shown,
			options,
			kept,
			[Symbol.asyncDispose]: server[Symbol.asyncDispose],
		};
	} catch (error) {
		await server[Symbol.asyncDispose]();
		throw error;
	}
}

/** Everybody sees the new identity and the device in it, the app uses it, and the old backup is as it was. */
export async function assertReplaced(world: OtherServer, outcome: ResetOutcome): Promise<void> {
	const { server, app, first } = world;
	const { account } = server;
	assert.notEqual(outcome.masterKey, first.masterKey);
	assert.equal(onlyKey(account.identity.get("master")), outcome.masterKey);
	assert.equal(await app.crypto.heldMasterKey(), outcome.masterKey);
	const selfSigning = onlyKey(account.identity.get("self_signing"));
	const signatures = account.devices.get(app.device.deviceId)?.keys?.signatures as Record<string, object>;
	assert.ok(`ed25519:${selfSigning}` in (signatures[account.userId] ?? {}), "the device is signed");
	assert.deepEqual(
		account.backups.map(({ version }) => version),
		[first.backupVersion, outcome.backupVersion],
	);
	assert.equal(await app.crypto.backupVersion(), outcome.backupVersion);
	assert.equal(await app.store.get(), undefined);
}

/** The typed error of a run that did not come to its end. */
export async function failure(run: Promise<unknown>, code: ClientErrorCode): Promise<IdentityResetError> {
	const error: unknown = await run.then(
		() => assert.fail("it went well"),
		(thrown: unknown) => thrown,
	);
	assert.ok(error instanceof IdentityResetError, String(error));
	assert.equal(error.code, code);
	return error;
}
