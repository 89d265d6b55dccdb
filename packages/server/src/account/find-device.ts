import type { SessionId, Transactions } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { DeviceSession, SessionOnDevice, Sessions } from "../sessions/index.ts";
import { deviceNames } from "./device-names.ts";
import { noSuchDevice } from "./pages/device.ts";
import type { HomeserverView, SessionFacts } from "./ports.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface FindDeviceDeps {
	readonly storage: Pick<Transactions<{ readonly sessionFacts: SessionFacts }>, "read">;
	readonly sessions: Pick<Sessions, "findDevice" | "findWithoutDevice">;
	readonly homeserver: Pick<HomeserverView, "deviceNames">;
}

export interface FoundDevice<Session = DeviceSession> {
	readonly device: Session;
	readonly name: string | undefined;
}

/** The device of this person that an address names, or the page that says there is none. */
export async function findDevice(
	deps: FindDeviceDeps,
	visitor: SignedInVisitor,
	deviceId: DeviceId,
): Promise<FoundDevice<SessionOnDevice> | Response> {
	const device = await deps.sessions.findDevice(visitor.browserSession.account.id, deviceId);
	if (device === undefined) return visitor.problem(noSuchDevice);
	const nameOf = await deviceNames(deps.homeserver, device.accountId);
	return { device, name: nameOf(await asItSignedIn(deps, device)) };
}

/** What an address names of what is signed in: a device, or a session that has none. */
export type Named = { readonly deviceId: DeviceId } | { readonly sessionId: SessionId };

/** The session of this person that an address names, or the page that says there is none. */
export async function findNamed(
	deps: FindDeviceDeps,
	visitor: SignedInVisitor,
	named: Named,
): Promise<FoundDevice | Response> {
	if ("deviceId" in named) return findDevice(deps, visitor, named.deviceId);
	const { id } = visitor.browserSession.account;
	const device = await deps.sessions.findWithoutDevice(id, named.sessionId);
	return device === undefined ? visitor.problem(noSuchDevice) : { device, name: undefined };
}

/** What is known of the device without its homeserver. */
export async function asItSignedIn(
	{ storage }: Pick<FindDeviceDeps, "storage">,
	{ id, deviceId }: DeviceSession,
): Promise<{ readonly deviceId: DeviceId | null; readonly deviceName: string | undefined }> {
	return { deviceId, deviceName: (await storage.read.sessionFacts.find(id))?.deviceName };
}
