import type { AccountId } from "@countersign/core";
import { asDeviceId, type DeviceId, errcodes, isRecord, isStringRecord, member } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import { findUsers, remoteFailures } from "./local-users.ts";
import type { ClientDataUnit, CountedKey, JsonObject, KeysUnit } from "./ports.ts";

type ClaimUnit = Pick<KeysUnit, "oneTimeKeys" | "fallbackKeys">;

/** One key asked for. */
interface Claim {
	readonly userId: string;
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	readonly algorithm: string;
}

/**
 * Hands out keys for single conversations: each one-time key once, oldest first, then the fallback key.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysclaim
 */
export function claimKeyEndpoints(deps: {
	readonly storage: { readonly read: Pick<ClientDataUnit, "profiles"> };
	readonly serverName: string;
}): Endpoint[] {
	const { storage, serverName } = deps;
	return [
		{
			method: "POST",
			paths: [v3("keys/claim")],
			takes: "json",
			async answer({ body, write }) {
				const wanted = member(body, "one_time_keys");
				if (!isRecord(wanted) || !Object.values(wanted).every(isStringRecord))
					return matrixError(400, errcodes.badJson, "one_time_keys must map users to devices to algorithms");
				const users = await findUsers(storage.read.profiles, serverName, Object.keys(wanted));
				const claims = users.local.flatMap((user) => claimsOf(user, wanted[user.userId]));
				const failures = remoteFailures(users.remoteServers);
				return write(async (unit) => json(200, { one_time_keys: await handOut(unit, claims), failures }));
			},
		},
	];
}

function claimsOf(
	user: { readonly userId: string; readonly accountId: AccountId },
	devices: unknown,
): Claim[] {
	if (!isStringRecord(devices)) return [];
	return Object.entries(devices).map(([id, algorithm]) => ({ ...user, deviceId: asDeviceId(id), algorithm }));
}

async function handOut(unit: ClaimUnit, claims: readonly Claim[]): Promise<JsonObject> {
	const byUser = new Map<string, [string, JsonObject][]>();
	for (const { userId, accountId, deviceId, algorithm } of claims) {
		const key =
			(await unit.oneTimeKeys.claim(accountId, deviceId, algorithm)) ??
			(await unit.fallbackKeys.claim(accountId, deviceId, algorithm));
		if (key === undefined) continue;
		byUser.set(userId, [...(byUser.get(userId) ?? []), [deviceId, { [idOf(key)]: JSON.parse(key.key) }]]);
	}
	return Object.fromEntries([...byUser].map(([userId, devices]) => [userId, Object.fromEntries(devices)]));
}

function idOf({ algorithm, keyId }: CountedKey): string {
	return `${algorithm}:${keyId}`;
}
