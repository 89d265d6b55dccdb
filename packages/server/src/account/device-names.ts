import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import { ifAnswered } from "./if-answered.ts";
import type { HomeserverView } from "./ports.ts";

/** A page that can do without does not wait longer. */
const patienceMs = 1_000;

/** What a device is called, where this server knew that it was called so when it signed in. */
export type NameOf = (device: {
	readonly deviceId: DeviceId | null;
	readonly deviceName?: string | undefined;
}) => string | undefined;

/**
 * What the devices of a person are called: as the homeserver has it, where apps name them; where it does not answer, as
 * they were called when they signed in. Claims, all of them: shown through `claim`.
 */
export async function deviceNames(
	homeserver: Pick<HomeserverView, "deviceNames">,
	accountId: AccountId,
): Promise<NameOf> {
	const names = await ifAnswered(homeserver.deviceNames(accountId), patienceMs);
	return ({ deviceId, deviceName }) =>
		deviceId !== null && names?.has(deviceId) ? names.get(deviceId) : deviceName;
}
