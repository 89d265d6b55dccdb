/**
 * What the Rust SDK (crate `matrix-sdk` 0.18 and 0.19) asks of a homeserver when its person resets, request by request,
 * as noted from runs of it (docs/clients.md): the backup and the default key alone go before it asks, it asks twice a
 * second without saying for which session, and it writes over the rest of secret storage after the reset only.
 */
import assert from "node:assert/strict";
import { bodyOf, identity } from "@countersign/core/testing";
import { call, type LoggedInDevice, password, type RunningServer } from "../support/server.ts";
import { until } from "../support/until.ts";

type Server = Pick<RunningServer, "register" | "loginDevice" | "call">;

/** Either homeserver. */
interface Place {
	readonly server: Server;
	/** Where people have their accounts, with a trailing slash. */
	readonly accounts: string;
	/** The release of the SDK: one deletes the newest version of the backup, the other goes on until there is none. */
	readonly release: "0.18" | "0.19";
}

const room = encodeURIComponent("!room:localhost");
const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
const made = { algorithm, auth_data: { public_key: "abc", signatures: {} } };
const key = {
	...{ first_message_index: 0, forwarded_count: 0, is_verified: true },
	session_data: { ciphertext: "c", ephemeral: "e", mac: "m" },
};
const defaultKey = "m.secret_storage.default_key";
const secretsOf = (keyId: string) => ({
	[`m.secret_storage.key.${keyId}`]: { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv: "i", mac: keyId },
	"m.cross_signing.master": { encrypted: { [keyId]: { ciphertext: `master ${keyId}` } } },
	"m.megolm_backup.v1": { encrypted: { [keyId]: { ciphertext: `backup ${keyId}` } } },
	[defaultKey]: { key: keyId },
});
const [before, after] = [secretsOf("K1"), secretsOf("K2")];
/** Written before a backup is begun. */
const backupWanted = {
	"m.key_backup": { enabled: true },
	"m.org.matrix.custom.backup_disabled": { disabled: false },
};

/** Two backups, of which only the newer is in use, secret storage, and a second device that goes on. */
async function openPerson({ server }: Place, localpart: string) {
	const browser = await server.register(localpart);
	const signIn = async () => deviceAt(server, await server.loginDevice({ localpart, browser }));
	const [phone, laptop] = [await signIn(), await signIn()];
	await phone.ok("POST", "keys/device_signing/upload", bodyOf(identity(`${localpart} first`), phone.userId));
	for (const [type, content] of Object.entries(backupWanted)) await phone.put(type, content);
	for (const _ of ["older", "newer"]) await phone.ok("POST", "room_keys/version", made);
	await phone.ok("PUT", `room_keys/keys/${room}/s1?version=2`, key);
	for (const [type, content] of Object.entries(before)) await phone.put(type, content);
	return { localpart, browser, phone, laptop };
}

type Person = Awaited<ReturnType<typeof openPerson>>;

function deviceAt(server: Server, device: LoggedInDevice) {
	const { userId, deviceId, accessToken } = device;
	const ask = (method: string, path: string, body?: unknown) => server.call(device, method, path, body);
	const ok = async (method: string, path: string, body?: unknown) => {
		const answer = await ask(method, path, body);
		assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
		return answer.body;
	};
	const dataPath = (type: string) => `user/${encodeURIComponent(userId)}/account_data/${type}`;
	return {
		...{ userId, deviceId, accessToken, ask, ok },
		put: (type: string, content: object) => ok("PUT", dataPath(type), content),
		get: async (type: string) => (await ask("GET", dataPath(type))).body,
		version: async () => (await ask("GET", "room_keys/version")).body.version as string | undefined,
	};
}

/** All that comes before the first upload. */
async function takeAway({ phone, laptop }: Person, { release }: Place): Promise<void> {
	let found = await phone.version();
	do {
		await phone.ok("DELETE", `room_keys/version/${found}`);
		found = await phone.version();
	} while (release === "0.19" && found !== undefined);
	await phone.put(defaultKey, {});
	assert.equal((await phone.get(defaultKey)).key, undefined, "it looks whether that worked");
	assert.deepEqual(await phone.get("m.key_backup"), backupWanted["m.key_backup"]);
	assert.equal(await phone.version(), undefined);
	assert.equal(await laptop.version(), "2");
}

/** The same body again and again, and never a session. Resolves with what ends it: all but a challenge. */
async function poll({ phone, localpart }: Person, answer: (url: string) => Promise<unknown>) {
	const body = bodyOf(identity(`${localpart} second`), phone.userId);
	const urls: string[] = [];
	for (;;) {
		const { status, body: said } = await phone.ask("POST", "keys/device_signing/upload", body);
		if (status !== 401) return { status, urls: new Set(urls).size };
		assert.ok(Array.isArray(said.flows), "a 401 without flows would end it");
		urls.push(said.params["m.oauth"].url);
		if (urls.length === 3) await answer(urls[0] ?? "");
		assert.ok(urls.length < 10, "it would go on for two minutes");
	}
}

/** Refused: it is told so within one poll, and everything is as it was. */
export async function rustRefused(place: Place): Promise<void> {
	const person = await openPerson(place, `refused-${place.release.replace(".", "")}`);
	const { browser, phone, laptop } = person;
	await takeAway(person, place);
	const end = await poll(person, async (url) => {
		await laptop.ok("PUT", `room_keys/keys/${room}/s2?version=2`, key);
		const page = await browser.open(url);
		assert.match(page.text, /2 message keys, .* until you decide/);
		const refused = await browser.press(page, "This was not me: refuse", { password });
		assert.match(refused.text, /What your app had removed is back/);
	});
	assert.deepEqual(end, { status: 403, urls: 1 });
	await until(async () => (await phone.get(defaultKey)).key === "K1");
	for (const device of [phone, laptop]) {
		const { version, count } = (await device.ask("GET", "room_keys/version")).body;
		assert.deepEqual([version, count], ["2", 2]);
		for (const [type, content] of Object.entries(before)) assert.deepEqual(await device.get(type), content);
	}
}

/** Approved: a new backup, the old one gone to everybody, and what opens it kept though it is written over at last. */
export async function rustApproved(place: Place): Promise<void> {
	const person = await openPerson(place, `approved-${place.release.replace(".", "")}`);
	const { browser, phone, laptop } = person;
	await takeAway(person, place);
	const end = await poll(person, async (url) => {
		const page = await browser.open(url);
		await browser.press(page, /replace my digital identity$/i, { password });
	});
	assert.deepEqual(end, { status: 200, urls: 1 });
	assert.equal(await phone.version(), undefined);
	for (const [type, content] of Object.entries(backupWanted)) await phone.put(type, content);
	assert.equal((await phone.ok("POST", "room_keys/version", made)).version, "3");
	for (const [type, content] of Object.entries(after)) await phone.put(type, content);
	assert.equal(await laptop.version(), "3");
	assert.equal((await laptop.ask("GET", "room_keys/version/2")).status, 404);
	assert.deepEqual(await laptop.get(defaultKey), { key: "K2" });

	const readKept = () => call(place.accounts, phone.accessToken, { method: "GET", path: "/undo/v1/kept" });
	const { status, body: refusal } = await readKept();
	assert.equal(status, 403);
	await browser.press(await browser.open(refusal.url), "Let it read for ten minutes", { password });
	const [kept, ...more] = (await readKept()).body.kept;
	assert.deepEqual([kept.version, more], ["2", []]);
	const opening = ["m.megolm_backup.v1", "m.secret_storage.key.K1"] as const;
	assert.deepEqual(kept.secrets, Object.fromEntries(opening.map((type) => [type, before[type]])));
	const { rooms } = await phone.ok("GET", "room_keys/keys?version=2");
	assert.deepEqual(Object.keys(rooms["!room:localhost"].sessions), ["s1"]);
}
