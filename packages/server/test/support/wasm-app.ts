import { type IdentityCrypto, wasmCrypto } from "@countersign/client";
import { npmPackage } from "../../../../tools/requirements.ts";
import type { LoggedInDevice } from "./server.ts";

/** The machine that matrix-js-sdk is made around, alone; tests that need it say `{ skip: cryptoWasm.skip }`. */
export const cryptoWasm = npmPackage("@matrix-org/matrix-sdk-crypto-wasm");

type Machine = Awaited<ReturnType<typeof openMachine>>;

type WasmDevice = Pick<LoggedInDevice, "userId" | "deviceId" | "accessToken">;

/** An app made of `fetch` and the machine, its device keys uploaded. */
export interface WasmApp {
	readonly wasm: typeof import("@matrix-org/matrix-sdk-crypto-wasm");
	readonly machine: Machine;
	readonly crypto: IdentityCrypto;
	[Symbol.dispose](): void;
}

/** Opens the app of a device. @param store name of a crypto store in the process's IndexedDB; default: memory */
export async function openWasmApp(url: string, device: WasmDevice, store?: string): Promise<WasmApp> {
	const wasm = await import("@matrix-org/matrix-sdk-crypto-wasm");
	await wasm.initAsync();
	const machine = await openMachine(device, store);
	await sendAll(url, { wasm, machine }, device);
	return { wasm, machine, crypto: wasmCrypto(wasm, machine), [Symbol.dispose]: () => machine.close() };
}

async function openMachine({ userId, deviceId }: WasmDevice, store: string | undefined) {
	const { DeviceId, OlmMachine, UserId } = await import("@matrix-org/matrix-sdk-crypto-wasm");
	return OlmMachine.initialize(new UserId(userId), new DeviceId(deviceId), store, store && "passphrase");
}

type Bare = Pick<WasmApp, "wasm" | "machine">;
type Bearer = Pick<LoggedInDevice, "accessToken">;

/** Sends what the machine wants to have sent. */
async function sendAll(url: string, { wasm: { RequestType }, machine }: Bare, device: Bearer) {
	for (const request of await machine.outgoingRequests()) {
		const { type, id, body } = request;
		const path = {
			[RequestType.KeysUpload]: "keys/upload",
			[RequestType.KeysQuery]: "keys/query",
			[RequestType.KeysClaim]: "keys/claim",
			[RequestType.SignatureUpload]: "keys/signatures/upload",
			[RequestType.ToDevice]: "event_type" in request ? `sendToDevice/${request.event_type}/${id}` : "",
		}[Number(type)];
		if (path === undefined || id === undefined) continue;
		const method = type === RequestType.ToDevice ? "PUT" : "POST";
		await machine.markRequestAsSent(id, type, JSON.stringify(await ask(url, device, { method, path, body })));
	}
}

async function ask(
	url: string,
	{ accessToken }: Bearer,
	{ path, ...init }: { readonly path: string; readonly method?: string; readonly body?: string },
) {
	const headers = { authorization: `Bearer ${accessToken}` };
	const response = await fetch(new URL(`_matrix/client/v3/${path}`, url), { ...init, headers });
	if (!response.ok) throw new Error(`${path} is answered with ${response.status}`);
	// biome-ignore lint/suspicious/noExplicitAny: an answer of the server under test
	return (await response.json()) as any;
}

/** The app's own loop, until it is disposed of. */
export function keepSyncing(url: string, { wasm, machine }: Bare, device: Bearer): AsyncDisposable {
	let isOver = false;
	const loop = async () => {
		for (let since = ""; !isOver; ) {
			const path = `sync?timeout=200${since && `&since=${since}`}`;
			const { next_batch, to_device, device_lists, device_one_time_keys_count } = await ask(url, device, {
				path,
			});
			since = next_batch;
			const users = (ids: readonly string[] = []) => ids.map((id) => new wasm.UserId(id));
			await machine.receiveSyncChanges(
				JSON.stringify(to_device?.events ?? []),
				new wasm.DeviceLists(users(device_lists?.changed), users(device_lists?.left)),
				new Map(Object.entries(device_one_time_keys_count ?? {})),
			);
			await sendAll(url, { wasm, machine }, device);
		}
	};
	const running = loop();
	return {
		async [Symbol.asyncDispose]() {
			isOver = true;
			await running;
		},
	};
}
