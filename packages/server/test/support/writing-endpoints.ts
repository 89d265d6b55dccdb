import { bodyOf, path as dehydratedDevice } from "./dehydrated-world.ts";
import { deviceKeys, identityOf, onlySignature, signer } from "./device-crypto.ts";
import type { Sending } from "./held-back.ts";

/** An endpoint of the embedded homeserver that takes a body, and one that it takes. */
export interface TakesBody extends Sending {
	/** As the server mounts it. */
	readonly route: string;
}

interface Person {
	readonly userId: string;
	readonly deviceId: string;
}

const v3 = (path: string) => `/_matrix/client/v3/${path}`;

/**
 * Every endpoint of the embedded homeserver that takes a body, each with one that it answers with 200: from a device
 * that has published nothing, of a person who has one backup and no identity.
 * @param friend gets a message, and is asked for a key
 */
export function bodiesFor({ userId, deviceId }: Person, friend: Person): readonly TakesBody[] {
	const [user, device] = [encodeURIComponent(userId), encodeURIComponent(deviceId)];
	const by = signer(`${userId}/${deviceId}`, deviceId);
	const keys = deviceKeys(userId, deviceId, by);
	const identity = identityOf(userId, "held back");
	const toFriend = { [friend.userId]: { [friend.deviceId]: { n: 1 } } };
	const key = { first_message_index: 0, forwarded_count: 0, is_verified: true, session_data: { a: "b" } };
	const otherIdentity = { [userId]: { [deviceId]: onlySignature(keys, userId, identity.selfSigning) } };
	const posts = (route: string, body: unknown): TakesBody => ({ method: "POST", route, path: route, body });
	const puts = (route: string, path: string, body: unknown): TakesBody => ({
		method: "PUT",
		route,
		path,
		body,
	});
	return [
		puts(v3("devices/:deviceId"), v3(`devices/${device}`), { display_name: "Held back" }),
		posts(v3("keys/upload"), {
			device_keys: keys,
			one_time_keys: { "signed_curve25519:A": { key: "one" } },
			fallback_keys: { "signed_curve25519:F": { key: "two", fallback: true } },
		}),
		puts(dehydratedDevice, dehydratedDevice, bodyOf({ userId }, "HELDBACKDEHYDRATED")),
		posts(v3("keys/query"), { device_keys: { [friend.userId]: [] } }),
		posts(v3("keys/claim"), {
			one_time_keys: { [friend.userId]: { [friend.deviceId]: "signed_curve25519" } },
		}),
		posts(v3("keys/device_signing/upload"), identity.body),
		posts("/_matrix/client/unstable/keys/device_signing/upload", identity.body),
		posts(v3("keys/signatures/upload"), otherIdentity),
		posts("/_matrix/client/unstable/keys/signatures/upload", otherIdentity),
		puts(v3("profile/:userId/displayname"), v3(`profile/${user}/displayname`), { displayname: "Held back" }),
		puts(v3("profile/:userId/avatar_url"), v3(`profile/${user}/avatar_url`), {
			avatar_url: "mxc://held/back",
		}),
		{ ...posts(v3("user/:userId/filter"), { room: {} }), path: v3(`user/${user}/filter`) },
		puts(
			v3("user/:userId/account_data/:type"),
			v3(`user/${user}/account_data/m.secret_storage.default_key`),
			{ key: "held back" },
		),
		puts(v3("sendToDevice/:type/:transactionId"), v3("sendToDevice/m.test/held"), { messages: toFriend }),
		puts(v3("room_keys/version/:version"), v3("room_keys/version/1"), {
			...{ algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: { held: "back" } },
		}),
		puts(v3("room_keys/keys"), v3("room_keys/keys?version=1"), {
			rooms: { "!r:x": { sessions: { a: key } } },
		}),
		puts(v3("room_keys/keys/:roomId"), v3("room_keys/keys/!s:x?version=1"), { sessions: { b: key } }),
		puts(v3("room_keys/keys/:roomId/:sessionId"), v3("room_keys/keys/!t:x/c?version=1"), key),
		posts(v3("room_keys/version"), {
			...{ algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: { held: "back" } },
		}),
		posts("/_matrix/client/unstable/org.matrix.simplified_msc3575/sync", {
			extensions: { to_device: { enabled: true } },
		}),
		{
			...posts(`${dehydratedDevice}/:deviceId/events`, {}),
			path: `${dehydratedDevice}/HELDBACKDEHYDRATED/events`,
		},
	];
}
