import assert from "node:assert/strict";
import { deviceKeys, onlySignature, signer } from "./device-crypto.ts";
import { type Answer, type App, openHomeserverWorld } from "./homeserver-world.ts";

/** Where a dehydrated device is put, read and deleted. */
export const path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";
/** Names for two of them. */
export const [first, second] = ["DEHYDRATED/ONE+", "DEHYDRATEDTWO"];
export const deviceData = { algorithm: "org.matrix.msc3814.v2", device_pickle: "pickle", nonce: "nonce" };

/** What an app of this person sends to put a dehydrated device of that name. */
export function bodyOf(app: Pick<App, "userId">, deviceId: string, by = signer(deviceId, deviceId)) {
	return {
		device_id: deviceId,
		device_data: deviceData,
		initial_device_display_name: "Dehydrated device",
		device_keys: { ...dehydratedKeys(app.userId, deviceId, by) },
		one_time_keys: { "signed_curve25519:A": { key: `otk-${deviceId}` } },
		fallback_keys: { "signed_curve25519:F": { key: `fallback-${deviceId}`, fallback: true } },
	};
}

function dehydratedKeys(userId: string, deviceId: string, by: ReturnType<typeof signer>) {
	const keys = deviceKeys(userId, deviceId, by);
	return onlySignature({ ...keys, dehydrated: true }, userId, by);
}

export function put(app: App, body: unknown): Promise<Answer> {
	return app.call("PUT", path, body);
}

/** The keys of the person's devices, as `asker` sees them. */
export async function published(app: App, asker = app) {
	const { body } = await asker.call("POST", "keys/query", { device_keys: { [app.userId]: [] } });
	return body.device_keys[app.userId];
}

/** The id of the key that is handed out for the device, if there is one. */
export async function claim(app: App, deviceId: string): Promise<string | undefined> {
	const wanted = { [app.userId]: { [deviceId]: "signed_curve25519" } };
	const { body } = await app.call("POST", "keys/claim", { one_time_keys: wanted });
	return Object.keys(body.one_time_keys[app.userId]?.[deviceId] ?? {})[0];
}

export async function send(from: App, to: App, deviceId: string, n: number): Promise<void> {
	const messages = { [to.userId]: { [deviceId]: { n } } };
	await from.call("PUT", `sendToDevice/m.room.encrypted/t${n}`, { messages });
}

export function eventsOf(app: App, deviceId: string, query = ""): Promise<Answer> {
	return app.call("GET", `${path}/${encodeURIComponent(deviceId)}/events${query}`);
}

export function refusedWith(answer: Answer, status: number, errcode: string): void {
	assert.deepEqual([answer.status, answer.body.errcode], [status, errcode]);
}

/** Alice and Bob, each with one device. */
export async function openWorld() {
	const world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "PHONEAAAAA");
	const bob = await world.signIn("bob", "BOBSPHONEA");
	await alice.call("POST", "keys/upload", { device_keys: deviceKeys(alice.userId, alice.deviceId) });
	return { world, alice, bob, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}
