/** People beside Synapse who have what an app removes before it resets, and what such an app does, request by request. */
import assert from "node:assert/strict";
import { discoverAuthMetadata, processRefreshResponse, refreshRequest } from "@countersign/client";
import { bodyOf, identity } from "@countersign/core/testing";
import type { FormBrowser } from "./form-browser.ts";
import { call, type LoggedInDevice } from "./server.ts";
import type { SynapseWorld } from "./synapse-world.ts";
import { until } from "./until.ts";

const minute = 60_000;
export const msc3814 = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";
const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
/** The body that makes a version of the key backup. */
export const made = { algorithm, auth_data: { public_key: "abc", signatures: {} } };
/** A message key, as it lies in it. */
export const key = {
	...{ first_message_index: 0, forwarded_count: 0, is_verified: true },
	session_data: { ciphertext: "c", ephemeral: "e", mac: "m" },
};
export const room = encodeURIComponent("!room:localhost");
/** Of each person, by type. */
export const secrets = {
	"m.secret_storage.default_key": { key: "K1" },
	"m.secret_storage.key.K1": { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv: "i", mac: "m" },
	"m.cross_signing.master": { encrypted: { K1: { ciphertext: "a" } } },
	"m.megolm_backup.v1": { encrypted: { K1: { ciphertext: "d" } } },
} as const;

export type UndoPeople = ReturnType<typeof createUndoPeople>;
type UndoDevice = Awaited<ReturnType<UndoPeople["somebody"]>>["phone"];

/** `ahead`: by how much the server's clock has been moved. */
export function createUndoPeople(world: SynapseWorld, ahead: () => number) {
	const people: string[] = [];

	/** A device that goes on however far the clock has moved. */
	function deviceOf(signedIn: LoggedInDevice) {
		let tokens: Pick<LoggedInDevice, "accessToken" | "refreshToken"> = signedIn;
		let renewedAt = ahead();
		const token = async () => {
			if (ahead() - renewedAt < 4 * minute) return tokens;
			renewedAt = ahead();
			const metadata = await discoverAuthMetadata(world.homeserver);
			const { clientId } = signedIn;
			const { refreshToken } = tokens;
			const renewed = await processRefreshResponse(
				await refreshRequest(metadata, { clientId, refreshToken }),
			);
			tokens = { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken };
			return tokens;
		};
		const ask = async (method: string, path: string, body?: unknown) =>
			world.call(await token(), method, path, body);
		const dataPath = (type: string) =>
			`user/${encodeURIComponent(signedIn.userId)}/account_data/${encodeURIComponent(type)}`;
		return {
			...{ signedIn, ask },
			put: async (type: string, content: unknown) => {
				const { status, body } = await ask("PUT", dataPath(type), content);
				assert.equal(status, 200, JSON.stringify(body));
			},
			get: async (type: string) => (await ask("GET", dataPath(type))).body,
			async version() {
				const { status, body } = await ask("GET", "room_keys/version");
				return status === 200 ? body : status;
			},
			/** Past the proxy and the guard, as Synapse itself has it. */
			atSynapse: async (path: string) =>
				(await call(world.synapse.base, (await token()).accessToken, { method: "GET", path })).status,
			async upload(name: string) {
				const body = bodyOf(identity(name), signedIn.userId);
				return ask("POST", "keys/device_signing/upload", body);
			},
		};
	}

	/** Somebody with an identity, a backup of one key, secret storage, and two devices. */
	async function somebody() {
		const localpart = `person-${people.push("") + 0}`;
		const browser = await world.register(localpart);
		const signIn = async () => deviceOf(await world.loginDevice({ localpart, browser }));
		const [phone, laptop] = [await signIn(), await signIn()];
		assert.equal((await phone.upload(`${localpart}/first`)).status, 200);
		assert.equal((await phone.ask("POST", "room_keys/version", made)).body.version, "1");
		assert.equal((await phone.ask("PUT", `room_keys/keys/${room}/s1?version=1`, key)).status, 200);
		for (const [type, content] of Object.entries(secrets)) await phone.put(type, content);
		return { localpart, browser, phone, laptop };
	}

	return { somebody };
}

/** The backup and then secret storage, as matrix-js-sdk does before it uploads. */
export async function takeAway(phone: UndoDevice): Promise<void> {
	for (let found = await phone.version(); found !== 404; found = await phone.version())
		assert.equal((await phone.ask("DELETE", `room_keys/version/${found.version}`)).status, 200);
	for (const type of Object.keys(secrets)) await phone.put(type, {});
}

/** Uploads that identity, and resolves with the path of the page where a person is asked. */
export async function ask(phone: UndoDevice, name: string): Promise<string> {
	const { status, body } = await phone.upload(name);
	assert.equal(status, 401, JSON.stringify(body));
	return new URL(body.params["m.oauth"].url).pathname;
}

export const refuse = async (browser: FormBrowser, path: string) =>
	browser.press(await browser.open(path), "This was not me: refuse");

export const isBack = async (device: UndoDevice) =>
	until(async () => (await device.version()).version === "1" && isWhole(device));
const isWhole = async (device: UndoDevice) =>
	(await device.get("m.secret_storage.default_key")).key === secrets["m.secret_storage.default_key"].key;

export async function dehydrate(phone: UndoDevice, device_id: string) {
	const { userId: user_id } = phone.signedIn;
	const device_keys = {
		...{ user_id, device_id, algorithms: ["m.olm.v1.curve25519-aes-sha2"] },
		keys: { [`ed25519:${device_id}`]: "x", [`curve25519:${device_id}`]: "y" },
		signatures: { [user_id]: { [`ed25519:${device_id}`]: "z" } },
	};
	const device_data = { algorithm: "org.matrix.msc3814.v2", device_pickle: "p", nonce: "n" };
	const answer = await phone.ask("PUT", msc3814, {
		...{ device_id, device_data, device_keys, initial_device_display_name: "dry" },
	});
	assert.equal(answer.status, 200, JSON.stringify(answer.body));
}
