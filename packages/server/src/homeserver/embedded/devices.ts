import type { AccountId, Transactions } from "@countersign/core";
import { asDeviceId, errcodes, member } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type Call, type EmbeddedUnit, type Endpoint, v3 } from "./endpoint.ts";
import type { Device, DeviceUse, JsonObject } from "./ports.ts";

interface DeviceDeps {
	readonly storage: Pick<Transactions<EmbeddedUnit>, "read">;
	readonly lastSeen: (accountId: AccountId) => Promise<readonly DeviceUse[]>;
}

/** Longest name a device may get, in UTF-16 units. */
export const longestDeviceName = 100;

/**
 * The caller's own devices. Removing one takes more proof than a token, so it happens on the account pages only;
 * cross-signing keys are no devices and never listed.
 * @see https://spec.matrix.org/v1.17/client-server-api/#device-management
 */
export function deviceEndpoints({ storage, lastSeen }: DeviceDeps): Endpoint[] {
	const one = [v3("devices/:deviceId")];
	return [
		{
			method: "GET",
			paths: [v3("devices")],
			takes: "nothing",
			async answer({ caller: { accountId } }) {
				const devices = await storage.read.devices.list(accountId);
				const known = await describing({ storage, lastSeen }, accountId);
				return json(200, { devices: devices.flatMap((device) => described(device, known) ?? []) });
			},
		},
		{
			method: "GET",
			paths: one,
			takes: "nothing",
			async answer({ caller: { accountId }, param }) {
				const device = await storage.read.devices.find(accountId, asDeviceId(param("deviceId")));
				const shown = device && described(device, await describing({ storage, lastSeen }, accountId));
				return shown === undefined ? unknownDevice() : json(200, shown);
			},
		},
		{
			method: "PUT",
			paths: one,
			takes: "json",
			answer: (call) => renameDevice(storage, call),
		},
		{ method: "DELETE", paths: one, takes: "nothing", answer: onThePage },
		{ method: "POST", paths: [v3("delete_devices")], takes: "nothing", answer: onThePage },
	];
}

/** A name alone tells nobody's app that devices or keys changed: an app amid a reset would drop its new keys. */
async function renameDevice(
	storage: DeviceDeps["storage"],
	{ caller: { accountId }, param, body, write }: Call<JsonObject>,
): Promise<Response> {
	const [deviceId, name] = [asDeviceId(param("deviceId")), member(body, "display_name")];
	if (name !== undefined && typeof name !== "string")
		return matrixError(400, errcodes.badJson, "display_name must be a string");
	if (name !== undefined && name.length > longestDeviceName)
		return matrixError(400, errcodes.tooLarge, `Device names have at most ${longestDeviceName} characters`);
	const told = (isKnown: boolean) => (isKnown ? json(200, {}) : unknownDevice());
	if (name === undefined) return told((await storage.read.devices.find(accountId, deviceId)) !== undefined);
	return write(async (unit) => told(await unit.devices.rename(accountId, deviceId, name)));
}

interface Describing {
	readonly uses: readonly DeviceUse[];
	/** The one device that is the person's although nobody is signed in there. */
	readonly dehydrated: string | undefined;
}

async function describing(
	{ storage, lastSeen }: Pick<DeviceDeps, "storage" | "lastSeen">,
	accountId: AccountId,
): Promise<Describing> {
	const dehydrated = await storage.read.dehydratedDevices.find(accountId);
	return { uses: await lastSeen(accountId), dehydrated: dehydrated?.deviceId };
}

/** Undefined for what a sign-in that broke off has left: nobody is signed in there. */
function described({ deviceId, displayName }: Device, { uses, dehydrated }: Describing) {
	const use = uses.find((each) => each.deviceId === deviceId);
	if (use === undefined && deviceId !== dehydrated) return undefined;
	return {
		device_id: deviceId,
		...(displayName !== undefined && { display_name: displayName }),
		...(use && { last_seen_ts: use.lastUsedAt }),
		...(use?.lastAddress !== undefined && { last_seen_ip: use.lastAddress }),
	};
}

function onThePage(): Response {
	return matrixError(404, errcodes.unrecognized, "Devices are signed out on the account management page");
}

function unknownDevice(): Response {
	return matrixError(404, errcodes.notFound, "There is no such device");
}
