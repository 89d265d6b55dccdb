import type { AccountId, Transactions } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { SessionsUnit } from "./ports.ts";

interface RemoveDeviceDeps<Unit extends SessionsUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
}

/**
 * Removes a device that the homeserver has, or may have, and on which nobody is signed in here: one of before this
 * server, or of after the copy that its data come from. The person finds it in their security log. False, and nothing
 * happens, where somebody is signed in on it: that session has to end.
 */
type RemoveDevice = (
	device: { readonly accountId: AccountId; readonly deviceId: DeviceId },
	by: Operator,
) => Promise<boolean>;

export function createRemoveDevice<Unit extends SessionsUnit>({
	storage,
	clock,
	random,
}: RemoveDeviceDeps<Unit>): RemoveDevice {
	return ({ accountId, deviceId }, actor) =>
		storage.write(async (unit) => {
			const now = clock();
			if ((await unit.sessions.live({ accountId, deviceId })).length > 0) return false;
			await unit.keptDevices.release({ accountId, deviceId });
			await unit.homeserver.removeDevice(accountId, deviceId, now);
			await unit.events.record({
				id: random.token(),
				accountId,
				at: now,
				kind: "device-signed-out",
				deviceId,
				actor,
				detail: { reason: "ended-by-operator" },
			});
			return true;
		});
}
