import type { Transactions } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { DeviceSession, Sessions } from "../sessions/index.ts";
import { deviceNames } from "./device-names.ts";
import { noSuchDevice } from "./pages/device.ts";
import type { HomeserverView, SessionFacts } from "./ports.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface FindDeviceDeps {
	readonly storage: Pick<Transactions<{ readonly sessionFacts: SessionFacts }>, "read">;
	readonly sessions: Pick<Sessions, "findDevice">;
	readonly homeserver: Pick<HomeserverView, "deviceNames">;
}

export interface FoundDevice {
	readonly device: DeviceSession;
	readonly name: string | undefined;
}

/** The device of this person that an address names, or the page that says there is none. */
export async function findDevice(
	deps: FindDeviceDeps,
	visitor: SignedInVisitor,
	deviceId: DeviceId,
): Promise<FoundDevice | Response> {
	const device = await deps.sessions.findDevice(visitor.browserSession.account.id, deviceId);
	if (device === undefined) return visitor.problem(noSuchDevice);
	const nameOf = await deviceNames(deps.homeserver, device.accountId);
	return { device, name: nameOf(await asItSignedIn(deps, device)) };
}

/** What is known of the device without its homeserver. */
export async function asItSignedIn(
	{ storage }: Pick<FindDeviceDeps, "storage">,
	{ id, deviceId }: DeviceSession,
): Promise<{ readonly deviceId: DeviceId; readonly deviceName: string | undefined }> {
	return { deviceId, deviceName: (await storage.read.sessionFacts.find(id))?.deviceName };
}
