import {
	describeStatus,
	type IdentityStatus,
	identityStatus,
	keyFingerprint,
	resumeIdentityReset,
} from "@countersign/client";
import type { Device } from "../device/index.ts";
import type { StatusTold } from "../report/index.ts";

/** What exists, what this device has of it, and what is under way. Changes nothing. */
export async function readStatus(device: Device): Promise<StatusTold> {
	const { session } = device;
	const status = await identityStatus(device);
	const underWay = await resumeIdentityReset(device);
	const { masterKey, ...rest } = status;
	return {
		...rest,
		...{ userId: session.userId, deviceId: session.deviceId, homeserver: session.homeserver },
		fingerprint: masterKey && keyFingerprint(masterKey),
		underWay: underWay && keyFingerprint(underWay.masterKey),
		sentences: describeStatus(status),
	};
}

/** Whether the identity is whole here. */
export function isWhole({ advice }: Pick<IdentityStatus, "advice">): boolean {
	return advice === "nothing";
}
