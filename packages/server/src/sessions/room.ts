import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import { deviceSession } from "./device-session.ts";
import type { SessionsUnit } from "./ports.ts";
import type { SessionRules } from "./rules.ts";

/** Which apps give way to one that signs in on this device, or that none does and it is refused. */
export interface Room {
	readonly isFull: boolean;
	readonly toEnd: readonly SessionId[];
}

const plenty: Room = { isFull: false, toEnd: [] };

/**
 * Programs with tokens of their own neither count nor give way: nobody sits before them to sign in again. Nor does what
 * has no device, and what is signed in on this very device ends in any case.
 */
export async function roomFor(
	unit: Pick<SessionsUnit, "sessions">,
	{ accountId, deviceId }: { readonly accountId: AccountId; readonly deviceId: DeviceId },
	rules: SessionRules | undefined,
): Promise<Room> {
	if (rules?.devices === undefined) return plenty;
	const { atMost, whenFull } = rules.devices;
	const others = (await unit.sessions.live({ accountId }))
		.map(deviceSession)
		.filter((one) => !one.lasting && one.deviceId !== null && one.deviceId !== deviceId);
	if (others.length < atMost) return plenty;
	if (whenFull === "refuse") return { isFull: true, toEnd: [] };
	// Last used first.
	return { isFull: false, toEnd: others.slice(atMost - 1).map(({ id }) => id) };
}
