import { type IdentityCrypto, wasmCrypto } from "@countersign/client";
import { npmPackage } from "../../../../tools/requirements.ts";
import type { LoggedInDevice } from "./server.ts";

/** The machine that matrix-js-sdk is made around, alone; tests that need it say `{ skip: cryptoWasm.skip }`. */
export const cryptoWasm = npmPackage("@matrix-org/matrix-sdk-crypto-wasm");

type Machine = Awaited<ReturnType<typeof openMachine>>;

/** An app made of `fetch` and the machine, its device keys uploaded. */
export interface WasmApp {
	readonly machine: Machine;
	readonly crypto: IdentityCrypto;
	[Symbol.dispose](): void;
}

/** Opens the app of a device. @param store name of a crypto store in the process's IndexedDB; default: memory */
export async function openWasmApp(url: string, device: LoggedInDevice, store?: string): Promise<WasmApp> {
	const wasm = await import("@matrix-org/matrix-sdk-crypto-wasm");
	await wasm.initAsync();
	const machine = await openMachine(device, store);
	for (const request of await machine.outgoingRequests()) {
		const path = { [wasm.RequestType.KeysUpload]: "keys/upload", [wasm.RequestType.KeysQuery]: "keys/query" }[
			Number(request.type)
		];
		if (path === undefined || request.id === undefined) continue;
		const response = await fetch(new URL(`_matrix/client/v3/${path}`, url), {
			method: "POST",
			headers: { authorization: `Bearer ${device.accessToken}` },
			body: request.body,
		});
		if (!response.ok) throw new Error(`${path} is answered with ${response.status}`);
		await machine.markRequestAsSent(request.id, request.type, await response.text());
	}
	return { machine, crypto: wasmCrypto(wasm, machine), [Symbol.dispose]: () => machine.close() };
}

async function openMachine({ userId, deviceId }: LoggedInDevice, store: string | undefined) {
	const { DeviceId, OlmMachine, UserId } = await import("@matrix-org/matrix-sdk-crypto-wasm");
	return OlmMachine.initialize(new UserId(userId), new DeviceId(deviceId), store, store && "passphrase");
}
