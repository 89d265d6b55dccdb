import { type AccountId, holdBack, readOpening } from "@countersign/core";
import {
	type DeviceId,
	errcodes,
	isRecord,
	member,
	type Parsed,
	parseDeviceId,
	refuse,
} from "@countersign/protocol";
import type { Clock, Random } from "../../config/ports.ts";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { refused, tooOften } from "./client-data.ts";
import { longestDeviceName } from "./devices.ts";
import type { Caller, Endpoint } from "./endpoint.ts";
import type { ClientDataUnit, JsonObject, KeysUnit } from "./ports.ts";
import { checkKeyUpload, differs, type KeyUpload, parseKeyUpload, publishKeys } from "./publish-keys.ts";

/** The pickled device holds the private halves of some hundred one-time keys. */
const largestBodyBytes = 256 * 1024;

export const dehydratedDevicePath = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";

type HeldKeysUnit = Pick<KeysUnit, "dehydratedDevices"> & Pick<ClientDataUnit, "holds">;

interface Dehydrated {
	readonly deviceId: DeviceId;
	readonly displayName: string | undefined;
	/** Encrypted by the app; not read here. */
	readonly data: JsonObject;
	readonly keys: KeyUpload;
}

/**
 * A device that no app runs: it receives messages while its owner is signed in nowhere, and a later app reads them
 * with a key from secret storage. Each person has at most one. It belongs to no session, so only its owner's apps
 * replace or delete it; whether it is the person's is told by the identity's signature on it, which other apps check.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/3814
 */
export function dehydratedDeviceEndpoints(deps: {
	readonly storage: { readonly read: HeldKeysUnit };
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}): Endpoint[] {
	const { storage, clock, random } = deps;
	const paths = [dehydratedDevicePath];
	return [
		{
			method: "GET",
			paths,
			takes: "nothing",
			async answer({ caller }) {
				const device = await findDevice(storage.read, caller);
				return device === undefined
					? noDevice()
					: json(200, { device_id: device.deviceId, device_data: device.data });
			},
		},
		{
			method: "PUT",
			paths,
			takes: "strict-json",
			limitBytes: largestBodyBytes,
			async answer({ caller, body, write }) {
				const device = parseDehydrated(body, caller.userId);
				if (!device.ok) return refused(device.refusal);
				return write((unit) => replace(unit, { caller, device: device.value, now: clock() }));
			},
		},
		{
			method: "DELETE",
			paths,
			takes: "nothing",
			answer: ({ caller, address, write }) =>
				write(async (unit) => {
					const device = await findDevice(unit, caller);
					if (device === undefined) return noDevice();
					const now = clock();
					if (await isOfFormerIdentity(unit, caller.accountId, device.deviceId)) {
						await unit.homeserver.removeDevice(caller.accountId, device.deviceId, now);
						await unit.holds.releaseDehydrated(caller.accountId);
						return json(200, { device_id: device.deviceId });
					}
					// As the key backup: apps take it away on the way to a reset.
					const at = { now, newToken: () => random.token() };
					const opening = await readOpening((type) => unit.accountData.get(caller.accountId, type));
					const taken = { ...caller, ...at, address, opening, dehydratedDevice: device.deviceId };
					const held = await holdBack(unit, taken);
					return held.kind === "throttled" ? tooOften(held) : json(200, { device_id: device.deviceId });
				}),
		},
	];
}

function parseDehydrated(body: JsonObject, userId: string): Parsed<Dehydrated> {
	const deviceId = parseDeviceId(member(body, "device_id"));
	if (!deviceId.ok) return deviceId;
	const data = member(body, "device_data");
	if (!isRecord(data) || typeof member(data, "algorithm") !== "string")
		return refuse(errcodes.badJson, "device_data must be an object with an algorithm");
	const name = member(body, "initial_device_display_name") ?? undefined;
	if (name !== undefined && (typeof name !== "string" || name.length > longestDeviceName))
		return refuse(errcodes.badJson, `A device name is a text of at most ${longestDeviceName} characters`);
	const keys = parseKeyUpload(body, { userId, deviceId: deviceId.value });
	if (!keys.ok) return keys;
	// Without keys nobody could send it anything that it must not lose.
	if (keys.value.deviceKeys === undefined) return refuse(errcodes.missingParam, "device_keys is missing");
	return { ok: true, value: { deviceId: deviceId.value, displayName: name, data, keys: keys.value } };
}

async function replace(
	unit: KeysUnit & HeldKeysUnit,
	{ caller, device, now }: { readonly caller: Caller; readonly device: Dehydrated; readonly now: number },
): Promise<Response> {
	const { accountId, userId } = caller;
	const { deviceId, data, displayName, keys } = device;
	const before = await unit.dehydratedDevices.find(accountId);
	const isSame = before?.deviceId === deviceId;
	// A repeated upload brings no keys: those handed out since must not come back.
	if (!isSame || (await differs(unit, { accountId, deviceId }, keys.deviceKeys))) {
		if (!isSame && (await isTaken(unit, accountId, deviceId)))
			return matrixError(400, errcodes.invalidParam, "This device id is taken");
		const published = { accountId, userId, deviceId };
		const refusal = await checkKeyUpload(unit, published, keys);
		if (refusal !== undefined) return refusal;
		if (before !== undefined) await unit.homeserver.removeDevice(accountId, before.deviceId, now);
		await unit.devices.add({
			...{ accountId, deviceId, createdAt: now },
			...(displayName !== undefined && { displayName }),
		});
		await publishKeys(unit, published, keys);
	}
	await unit.holds.releaseDehydrated(accountId);
	await unit.dehydratedDevices.put({ accountId, deviceId, data });
	return json(200, { device_id: deviceId });
}

/**
 * Whether the identity of today does not vouch for it: after a reset. Others send it nothing any more, so that nothing
 * is lost with it, and it is not to come back.
 */
async function isOfFormerIdentity(
	{ keys, keySignatures }: Pick<KeysUnit, "keys" | "keySignatures">,
	accountId: AccountId,
	deviceId: DeviceId,
): Promise<boolean> {
	const { self_signing: selfSigning } = await keys.objects(accountId);
	if (selfSigning === undefined) return false;
	const signerKeyId = `ed25519:${selfSigning.publicKey}`;
	const signatures = await keySignatures.on(accountId);
	return !signatures.some((each) => each.targetKey === deviceId && each.signerKeyId === signerKeyId);
}

/** Under the name of a device that an app runs it would take that one's keys away; keys share the names of devices. */
async function isTaken(unit: KeysUnit, accountId: AccountId, deviceId: DeviceId): Promise<boolean> {
	if ((await unit.devices.find(accountId, deviceId)) !== undefined) return true;
	return unit.keys.isKnownKey(accountId, deviceId);
}

/** The dehydrated device, unless this device has taken it away. */
async function findDevice({ dehydratedDevices, holds }: HeldKeysUnit, caller: Caller) {
	const device = await dehydratedDevices.find(caller.accountId);
	const hidden = await holds.hiddenFrom(caller);
	return device?.deviceId === hidden.dehydratedDevice ? undefined : device;
}

function noDevice(): Response {
	return matrixError(404, errcodes.notFound, "There is no dehydrated device");
}
