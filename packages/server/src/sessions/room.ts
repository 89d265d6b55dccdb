import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import { deviceSession } from "./device-session.ts";
import type { SessionsUnit } from "./ports.ts";
import type { SessionRules } from "./rules.ts";

/**
 * Whether one more app on this device is one too many. Nobody gives way to it: to sign an app out deletes its keys.
 * Programs with tokens of their own do not count, nor does what has no device, nor what is signed in on this very device.
 */
export async function isFull(
	unit: Pick<SessionsUnit, "sessions">,
	{ accountId, deviceId }: { readonly accountId: AccountId; readonly deviceId: DeviceId },
	rules: SessionRules | undefined,
): Promise<boolean> {
	if (rules?.devicesAtMost === undefined) return false;
	const others = (await unit.sessions.live({ accountId }))
		.map(deviceSession)
		.filter((one) => !one.lasting && one.deviceId !== null && one.deviceId !== deviceId);
	return others.length >= rules.devicesAtMost;
}
