import { once } from "node:events";
import { join } from "node:path";
import {
	type IdentityCrypto,
	type IdentityReset,
	type PendingStore,
	prepareIdentityReset,
	type RunOptions,
	resumeIdentityReset,
} from "@countersign/client";
import { filePendingStore } from "@countersign/client/node";
import { openLastingIndexedDb } from "../support/lasting-indexeddb.ts";
import type { LoggedInDevice } from "../support/server.ts";
import { openWasmApp } from "../support/wasm-app.ts";

/** What the program is told. */
export interface ProgramTask {
	readonly url: string;
	readonly device: LoggedInDevice;
	/** Where crypto store and reset outlive it. */
	readonly folder: string;
	/** At which deed of the reset that it begins it is killed, from 1. */
	readonly killAt: number;
}

/** What the program says: a line of JSON each. */
export type Said =
	| { readonly present: string }
	| { readonly recoveryKey: string }
	| { readonly done: string; readonly held: string | undefined; readonly backup: string | undefined };

/**
 * An app in a process of its own. It completes the reset that it finds begun, then begins another one, and is killed
 * right after one of its deeds: a write to the homeserver, to its record, or to its crypto store. After each line it
 * says, but the recovery key, it waits for one.
 */
export async function runResetProgram({ url, device, folder, killAt }: ProgramTask): Promise<void> {
	const database = await openLastingIndexedDb(join(folder, "indexeddb"));
	const kill = { armed: false, deeds: 0 };
	const deed = async () => {
		await database.save();
		if (kill.armed && ++kill.deeds === killAt) process.kill(process.pid, "SIGKILL");
	};
	const say = (said: Said) => process.stdout.write(`${JSON.stringify(said)}\n`);
	const app = await openWasmApp(url, device, "app");
	await database.save();
	const { userId, deviceId, accessToken } = device;
	const crypto = killable(app.crypto, deed);
	const parts = {
		session: {
			...{ homeserver: url, userId, deviceId, accessToken: async () => accessToken },
			async fetch(address: string, init: RequestInit) {
				const response = await fetch(address, init);
				if (init.method !== "GET" && !address.endsWith("/keys/query")) await deed();
				return response;
			},
		},
		crypto,
		store: lasting(filePendingStore(join(folder, "reset")), deed),
	};
	const options: RunOptions = {
		poll: "manual",
		async present({ url: page, checkNow }) {
			say({ present: page });
			await once(process.stdin, "data");
			checkNow();
		},
		async saveRecoveryKey(recoveryKey) {
			say({ recoveryKey });
			await deed();
		},
	};
	const complete = async (reset: IdentityReset) => {
		const { masterKey } = await reset.run(options);
		say({ done: masterKey, held: await crypto.heldMasterKey(), backup: await crypto.backupVersion() });
		await once(process.stdin, "data");
	};
	const begun = await resumeIdentityReset(parts);
	if (begun !== undefined) await complete(begun);
	kill.armed = true;
	await complete(await prepareIdentityReset({ ...parts, oldBackup: "delete-after-success" }));
	process.stdin.destroy();
}

function lasting(store: PendingStore, deed: () => Promise<void>): PendingStore {
	return {
		...store,
		put: (record) => store.put(record).then(deed),
		delete: () => store.delete().then(deed),
	};
}

function killable(crypto: IdentityCrypto, deed: () => Promise<void>): IdentityCrypto {
	return {
		...crypto,
		importIdentity: (...given) => crypto.importIdentity(...given).then(deed),
		signDevice: (...given) => crypto.signDevice(...given).then(deed),
		useBackup: (...given) => crypto.useBackup(...given).then(deed),
	};
}
