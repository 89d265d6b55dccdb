import { isRecord, member } from "@countersign/protocol";
import type { HomeserverView } from "../../account/ports.ts";
import { unavailable } from "./client-api.ts";
import type { IdentityReaderDeps } from "./identity.ts";

/** The page waits for less. */
const timeoutMs = 5_000;

/**
 * What a person's devices are called at Synapse, where apps name them without asking us.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3devices
 */
export function createDeviceNames({
	ask,
	asToken,
	userIdOf,
}: IdentityReaderDeps): HomeserverView["deviceNames"] {
	return async (accountId) => {
		const userId = await userIdOf(accountId);
		if (userId === undefined) throw unavailable("the account has no name there");
		const { status, body } = await ask({
			...{ method: "GET", path: "/_matrix/client/v3/devices", query: { user_id: userId } },
			...{ accessToken: asToken, timeoutMs },
		});
		const devices = member(body, "devices");
		if (status !== 200 || !Array.isArray(devices)) throw unavailable(`devices was answered with ${status}`);
		return new Map(devices.flatMap(named));
	};
}

function named(device: unknown): readonly (readonly [string, string | undefined])[] {
	if (!isRecord(device) || typeof device.device_id !== "string") return [];
	const { device_id: deviceId, display_name: name } = device;
	return [[deviceId, typeof name === "string" ? name : undefined]];
}
