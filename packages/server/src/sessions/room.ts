import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import { deviceSession } from "./device-session.ts";
import type { SessionsUnit } from "./ports.ts";
import type { SessionRules } from "./rules.ts";

/**
 * Whether one more app on this device is one too many, of all or of its kind. Nobody gives way to it: to sign an app out deletes its keys.
 * Programs with tokens of their own do not count, nor does what has no device, nor what is signed in on this very device.
 */
export async function isFull(
	unit: Pick<SessionsUnit, "sessions">,
	{
		accountId,
		deviceId,
		clientId,
	}: { readonly accountId: AccountId; readonly deviceId: DeviceId; readonly clientId: string },
	rules: SessionRules | undefined,
): Promise<boolean> {
	const { devicesAtMost = Number.POSITIVE_INFINITY, devicesPerApp = devicesAtMost } = rules ?? {};
	if (devicesPerApp === Number.POSITIVE_INFINITY) return false;
	const others = (await unit.sessions.live({ accountId }))
		.map(deviceSession)
		.filter((one) => !one.lasting && one.deviceId !== null && one.deviceId !== deviceId);
	const ofApp = others.filter((one) => one.clientId === clientId);
	return others.length >= devicesAtMost || ofApp.length >= devicesPerApp;
}
