import { isRecord, member } from "@countersign/protocol";
import { isClientError } from "../errors.ts";
import type { DehydratedRenewal } from "./ports.ts";

/** The part of `DehydratedDevices` of `@matrix-org/matrix-sdk-crypto-wasm` that is used. */
export interface WasmDehydratedDevices {
	getDehydratedDeviceKey(): Promise<object | undefined>;
	saveDehydratedDeviceKey(key: never): Promise<void>;
	rehydrate(
		key: never,
		deviceId: never,
		deviceData: string,
	): Promise<{ receiveEvents(events: string): Promise<unknown> }>;
	create(): Promise<{ keysForUpload(name: string, key: never): Promise<{ readonly body: string }> }>;
}

/** The part of the module that makes what they are given. */
export interface WasmDehydration {
	readonly DeviceId: new (id: string) => object;
	readonly DehydratedDeviceKey: { createRandomKey(): { toBase64(): string } };
}

/**
 * See `IdentityCrypto.renewDehydratedDevice`. An app that knows the old device's key has it in the machine's store. One
 * that does not puts a new device there all the same: some app of the person's wants one.
 */
export async function renewDehydratedDevice(
	wasm: WasmDehydration,
	devices: WasmDehydratedDevices,
	{ keep, request }: DehydratedRenewal,
): Promise<void> {
	const known = await devices.getDehydratedDeviceKey();
	// Objects of this module, which TypeScript cannot say without importing it.
	if (known !== undefined)
		await takeOver(wasm, devices, { key: known as never, request }).catch(unlessUnreadable);
	const key = wasm.DehydratedDeviceKey.createRandomKey();
	await keep(key.toBase64());
	await devices.saveDehydratedDeviceKey(key as never);
	const device = await devices.create();
	const { body } = await device.keysForUpload("Dehydrated device", key as never);
	await request({ method: "PUT", body });
}

/** What another key was made for is not to be had; a request that failed can be sent again. */
function unlessUnreadable(error: unknown): void {
	if (isClientError(error)) throw error;
}

/** Reads what waits in the old one. @see MSC3814, "Rehydrating a device" */
async function takeOver(
	{ DeviceId }: WasmDehydration,
	devices: WasmDehydratedDevices,
	{ key, request }: Pick<DehydratedRenewal, "request"> & { readonly key: never },
): Promise<void> {
	const old = await request({ method: "GET" });
	const [id, data] = [member(old, "device_id"), member(old, "device_data")];
	if (typeof id !== "string" || !isRecord(data)) return;
	const device = await devices.rehydrate(key, new DeviceId(id) as never, JSON.stringify(data));
	for (let from = ""; ; ) {
		const below = `/${encodeURIComponent(id)}/events${from && `?from=${encodeURIComponent(from)}`}`;
		const page = await request({ method: "GET", below });
		const [events, next] = [member(page, "events"), member(page, "next_batch")];
		if (!Array.isArray(events) || events.length === 0) return;
		await device.receiveEvents(JSON.stringify(events));
		if (typeof next !== "string" || next === from) return;
		from = next;
	}
}
