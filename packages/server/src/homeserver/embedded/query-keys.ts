import { errcodes, isRecord, isStringArray, member } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import { findUsers, type NamedUser, remoteFailures } from "./local-users.ts";
import type { ClientDataUnit, JsonObject, KeysStorage, KeysUnit } from "./ports.ts";
import { visibleDevice, visibleKey } from "./visible-keys.ts";

type Read = KeysStorage["read"] & Pick<ClientDataUnit, "profiles">;

/** What one person's keys look like to the one who asks. */
interface VisibleKeys {
	readonly userId: string;
	readonly devices: JsonObject;
	readonly master?: JsonObject;
	readonly selfSigning?: JsonObject;
	readonly userSigning?: JsonObject;
}

/**
 * Anybody's keys, as far as the caller may see them. People who do not exist are absent.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysquery
 */
export function queryKeyEndpoints(deps: {
	readonly storage: { readonly read: Read };
	readonly serverName: string;
}): Endpoint[] {
	const { storage, serverName } = deps;
	return [
		{
			method: "POST",
			paths: [v3("keys/query")],
			takes: "json",
			async answer({ caller, body }) {
				const wanted = member(body, "device_keys");
				if (!isRecord(wanted) || !Object.values(wanted).every(isStringArray))
					return matrixError(400, errcodes.badJson, "device_keys must map users to arrays of device ids");
				const { local, remoteServers } = await findUsers(
					storage.read.profiles,
					serverName,
					Object.keys(wanted),
				);
				const found = await Promise.all(
					local.map((owner) => lookUp(storage.read, { owner, viewer: caller, ids: wanted[owner.userId] })),
				);
				return json(200, { ...byMember(found), failures: remoteFailures(remoteServers) });
			},
		},
	];
}

async function lookUp(
	read: KeysUnit,
	{ owner, viewer, ids }: { readonly owner: NamedUser; readonly viewer: NamedUser; readonly ids: unknown },
): Promise<VisibleKeys> {
	const look = { owner, viewer, added: await read.keySignatures.on(owner.accountId) };
	const wanted = isStringArray(ids) && ids.length > 0 ? new Set(ids) : undefined;
	const devices = await read.deviceKeys.list(owner.accountId);
	const keys = await read.keys.objects(owner.accountId);
	const isOwn = owner.accountId === viewer.accountId;
	return {
		userId: owner.userId,
		devices: Object.fromEntries(
			devices
				.filter(({ deviceId }) => wanted === undefined || wanted.has(deviceId))
				.map((device) => [device.deviceId, visibleDevice(device, look)]),
		),
		...(keys.master && { master: visibleKey(keys.master, look) }),
		...(keys.self_signing && { selfSigning: visibleKey(keys.self_signing, look) }),
		// It says whom its owner has verified.
		...(keys.user_signing && isOwn && { userSigning: visibleKey(keys.user_signing, look) }),
	};
}

function byMember(found: readonly VisibleKeys[]) {
	const pick = (read: (keys: VisibleKeys) => JsonObject | undefined) =>
		Object.fromEntries(
			found.flatMap((keys) => {
				const value = read(keys);
				return value === undefined ? [] : [[keys.userId, value]];
			}),
		);
	return {
		device_keys: pick((keys) => keys.devices),
		master_keys: pick((keys) => keys.master),
		self_signing_keys: pick((keys) => keys.selfSigning),
		user_signing_keys: pick((keys) => keys.userSigning),
	};
}
