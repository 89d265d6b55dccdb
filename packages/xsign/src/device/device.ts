import {
	type Caller,
	callerFor,
	type HomeserverSession,
	type ResetParts,
	wasmCrypto,
} from "@countersign/client";
import { filePendingStore } from "@countersign/client/node";
import type * as Wasm from "@matrix-org/matrix-sdk-crypto-wasm";
import type { Asked } from "../command.ts";
import { Refusal } from "../refusal.ts";
import { readSession } from "../state/index.ts";
import { lastingCrypto } from "./lasting-crypto.ts";
import { type LastingIndexedDb, openLastingIndexedDb } from "./lasting-indexed-db.ts";
import { homeserverSession } from "./session.ts";

/** A device that is signed in: what the library's functions take, and the machine behind its crypto. */
export interface Device extends ResetParts {
	readonly call: Caller;
	readonly wasm: typeof Wasm;
	readonly machine: Wasm.OlmMachine;
	/** Writes the crypto store down: before each request that depends on what the machine has just made. */
	readonly save: () => Promise<void>;
}

/**
 * Opens the device for a command that changes something: alone, and with its keys published.
 *
 * @throws `not-signed-in`, `state-busy`, `state-damaged`, `device-taken`, and what requests throw
 */
export function withDevice<T>(asked: Asked, work: (device: Device) => Promise<T>): Promise<T> {
	return asked.state.exclusively(() =>
		opened(asked, async (device, { isNew }) => {
			if (isNew) await refuseTaken(device);
			await device.save();
			await publishKeys(asked, device);
			return work(device);
		}),
	);
}

/** Opens the device for a command that only looks, also while another one works: nothing is written. */
export function lookAtDevice<T>(asked: Asked, work: (device: Device) => Promise<T>): Promise<T> {
	return opened(asked, (device) => work({ ...device, save: async () => {} }));
}

async function opened<T>(
	{ state, signal }: Asked,
	work: (device: Device, found: { readonly isNew: boolean }) => Promise<T>,
): Promise<T> {
	const kept = await readSession(state);
	if (kept === undefined) throw new Refusal("not-signed-in", { folder: state.path });
	const session = await homeserverSession(state, kept);
	const database = await openDatabase(state);
	const wasm = await import("@matrix-org/matrix-sdk-crypto-wasm");
	await wasm.initAsync();
	const machine = await openMachine(wasm, session);
	const save = () => database.save();
	try {
		const device = {
			session,
			crypto: lastingCrypto(wasmCrypto(wasm, machine), save),
			store: filePendingStore(state.reset),
			call: callerFor(session, signal),
			wasm,
			machine,
			save,
		};
		return await work(device, { isNew: database.isNew });
	} finally {
		machine.close();
	}
}

async function openDatabase({ path, crypto }: Asked["state"]): Promise<LastingIndexedDb> {
	try {
		return await openLastingIndexedDb(crypto);
	} catch (cause) {
		throw new Refusal("state-damaged", { folder: path, file: crypto }, { cause });
	}
}

function openMachine({ UserId, DeviceId, OlmMachine }: typeof Wasm, session: HomeserverSession) {
	return OlmMachine.initialize(new UserId(session.userId), new DeviceId(session.deviceId), "xsign");
}

/**
 * An access token may be another program's, a bot's, say. New keys for its device would end that program's
 * encryption, so keys that were not made here are left alone.
 */
async function refuseTaken({ call, session, machine }: Device): Promise<void> {
	const { userId, deviceId } = session;
	const { body } = await call({
		method: "POST",
		path: "keys/query",
		body: { device_keys: { [userId]: [deviceId] } },
	});
	const keys = JSON.stringify(
		(body as { device_keys?: Record<string, Record<string, unknown>> }).device_keys?.[userId]?.[deviceId] ??
			null,
	);
	if (keys === "null" || keys.includes(machine.identityKeys.ed25519.toBase64())) return;
	throw new Refusal("device-taken", { deviceId });
}

/** Publishes the device's keys where that is left to do. */
async function publishKeys({ report }: Asked, { call, machine, wasm, save }: Device): Promise<void> {
	const { KeysUpload, KeysQuery } = wasm.RequestType;
	for (const request of await machine.outgoingRequests()) {
		if (request.type !== KeysUpload && request.type !== KeysQuery) continue;
		if (request.id === undefined) continue;
		const isUpload = request.type === KeysUpload;
		if (isUpload) report.tell({ event: "step", step: "upload-device-keys" });
		// One-time keys that others may use have to survive a crash.
		await save();
		const path = isUpload ? "keys/upload" : "keys/query";
		const { body } = await call({ method: "POST", path, body: request.body });
		await machine.markRequestAsSent(request.id, request.type, JSON.stringify(body));
		await save();
	}
}
