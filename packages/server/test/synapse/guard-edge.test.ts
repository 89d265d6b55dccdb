/** Who the guard lets speak, what it hands on, and what apps, people and operators see of it. Before a real Synapse. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { appServiceTokens } from "../../src/homeserver/synapse/index.ts";
import { deviceKeys, identityOf } from "../support/device-crypto.ts";
import { guardedPath, openGuardWorld, secret } from "../support/guard-world.ts";
import { call, password } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";

const bridgeToken = "token-of-a-bridge-of-alice";
/** Another application service, whose namespace covers Alice. */
const bridge = {
	id: "bridge",
	url: null,
	...{ as_token: bridgeToken, hs_token: "unused-1", sender_localpart: "_bridge", rate_limited: false },
	namespaces: { users: [{ regex: "@.*:localhost", exclusive: false }], rooms: [], aliases: [] },
};

describe("the guard before Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld({ services: [bridge] });
	after(() => world[Symbol.asyncDispose]());
	const { server, synapse, toSynapse, alice, phone, upload } = world;
	let identity = "first";
	const names = () => [identity, "thiefs", "of a bridge"];

	async function replace(device: typeof phone, name: string): Promise<void> {
		await world.askAndApprove(device, name);
		assert.equal((await upload(device, name)).status, 200);
		identity = name;
	}

	function uploadAs(token: string, name: string, query = "") {
		const { body } = identityOf(phone.userId, name);
		return call(server.url, token, { method: "POST", path: `${guardedPath}${query}`, body });
	}

	test("the first identity is in the log of the person, and so is what a service wrote past all approval", async () => {
		const device = await world.login();
		const unasked = await uploadAs(
			bridgeToken,
			"of a bridge",
			`?user_id=${encodeURIComponent(phone.userId)}`,
		);
		assert.deepEqual([unasked.status, unasked.body], [200, {}]);
		assert.equal(await world.identityNow(names()), "of a bridge");
		const { text } = await alice.open("/account/security");
		assert.match(text, /Your digital identity was set up/);
		assert.match(text, /An application service of the homeserver wrote your digital identity/);
		await replace(device, "after the bridge");
	});

	test("a service acts for nobody but whom its homeserver lets it, and says whom once", async () => {
		const user = encodeURIComponent(phone.userId);
		const twice = await uploadAs(bridgeToken, "thiefs", `?user_id=${user}&user_id=${user}`);
		assert.deepEqual([twice.status, twice.body.errcode], [400, "M_INVALID_PARAM"]);
		assert.equal((await uploadAs(bridgeToken, "thiefs")).status, 400, "the keys are not its own");
		const elsewhere = await uploadAs(bridgeToken, "thiefs", "?user_id=@alice:elsewhere.example");
		assert.ok(elsewhere.status >= 400 && elsewhere.status < 500);
		const unknown = await uploadAs("no-token-of-anybody", "thiefs");
		assert.deepEqual([unknown.status, unknown.body.errcode], [401, "M_UNKNOWN_TOKEN"]);
		assert.equal(await world.identityNow(names()), identity);
	});

	test("of a service's query only what says for whom it acts is handed on", async () => {
		const seen = toSynapse.seen.length;
		const user = encodeURIComponent(phone.userId);
		await uploadAs(bridgeToken, identity, `?user_id=${user}&ts=1&x=access_token`);
		assert.deepEqual(
			toSynapse.seen.slice(seen).map(({ path }) => path),
			[`${guardedPath}?user_id=${user}`],
		);
	});

	test("our own right towards Synapse is worth nothing from outside", async () => {
		const { asToken } = appServiceTokens(secret);
		const seen = toSynapse.seen.length;
		for (const token of [asToken, secret]) {
			const answer = await uploadAs(token, "thiefs", `?user_id=${encodeURIComponent(phone.userId)}`);
			assert.deepEqual([answer.status, answer.body.errcode], [401, "M_UNKNOWN_TOKEN"]);
		}
		const handedOn = toSynapse.seen.slice(seen);
		assert.ok(handedOn.every(({ headers }) => headers.authorization !== `Bearer ${asToken}`));
		assert.equal(await world.identityNow(names()), identity);
	});

	test("a token that has ended is answered here, although Synapse still remembers it as good", async () => {
		const device = await world.login();
		await replace(device, "before the sign-out");
		const page = await alice.open(`/account/devices/${device.deviceId}?delete=1`);
		const done = await alice.press(page, /sign (it )?out/i, { password: "correct horse battery staple" });
		assert.equal(done.status, 200, done.text);
		const seen = toSynapse.seen.filter(({ path }) => path.startsWith(guardedPath)).length;
		for (const name of [identity, "thiefs"]) {
			const { status, body } = await upload(device, name);
			assert.deepEqual([status, body.errcode, body.soft_logout], [401, "M_UNKNOWN_TOKEN", false]);
		}
		assert.equal(toSynapse.seen.filter(({ path }) => path.startsWith(guardedPath)).length, seen);
	});

	test("a follow-up without keys stands for the upload that was asked for, of its own device alone", async () => {
		const [device, other] = [await world.login(), await world.login()];
		const { uiaSession: session } = await world.askAndApprove(device, "by a follow-up");
		const followUp = { method: "POST", path: guardedPath, body: { auth: { session } } };
		assert.equal((await call(server.url, other.accessToken, followUp)).status, 200);
		assert.equal(
			await world.identityNow([...names(), "by a follow-up"]),
			identity,
			"nothing was stored for it",
		);
		assert.equal((await call(server.url, device.accessToken, followUp)).status, 200);
		identity = "by a follow-up";
		assert.equal(await world.identityNow(names()), identity);
	});

	test("an app of the older login API needs an approval like any other", async () => {
		const identifier = { type: "m.id.user", user: "alice" };
		const login = { method: "POST", path: "login", body: { type: "m.login.password", identifier, password } };
		const { body } = await call(server.url, "none", login);
		const device = { ...phone, accessToken: body.access_token, deviceId: body.device_id };
		assert.equal((await upload(device, identity)).status, 200);
		await replace(device, "of the older login");
		assert.equal(await world.identityNow(names()), identity);
		assert.equal((await upload(phone, "thiefs")).status, 401);
	});

	test("what would fail is refused before it goes anywhere", async () => {
		const published = identityOf(phone.userId, "doomed").body;
		const seen = toSynapse.seen.filter(({ path }) => path.startsWith(guardedPath)).length;
		const tried = [
			[400, { ...published, self_signing_key: { ...published.self_signing_key, signatures: {} } }],
			[400, { self_signing_key: published.self_signing_key }],
			[400, { ...published, master_key: { ...published.master_key, usage: ["master", "self_signing"] } }],
			[400, { ...published, master_key: { ...published.master_key, user_id: "@bob:localhost" } }],
			[413, { ...published, x: "y".repeat(70_000) }],
		] as const;
		for (const [expected, body] of tried) {
			const { status } = await call(server.url, phone.accessToken, {
				method: "POST",
				path: guardedPath,
				body,
			});
			assert.equal(status, expected, JSON.stringify(body).slice(0, 80));
		}
		assert.equal(toSynapse.seen.filter(({ path }) => path.startsWith(guardedPath)).length, seen);
	});

	test("a key that is called like one of the person's devices is refused: Synapse would fail on it for ever", async () => {
		const { userId } = phone;
		const plain = Array.from({ length: 500 }, (_, at) => `called ${at}`).find((name) =>
			/^[A-Za-z0-9]+$/.test(identityOf(userId, name).userSigning.publicKey),
		);
		assert.ok(plain !== undefined);
		const device = await world.login(identityOf(userId, plain).userSigning.publicKey);
		const keys = { device_keys: deviceKeys(userId, device.deviceId) };
		const sent = { method: "POST", path: "keys/upload", body: keys };
		assert.equal((await call(synapse.base, device.accessToken, sent)).status, 200);
		const { status, body } = await upload(phone, plain);
		assert.deepEqual([status, body.error], [403, "Key ID in use"]);
	});

	test("scripts of any origin read every answer, and every answer says that it passed the guard", async () => {
		const url = new URL(guardedPath, server.url);
		const authorization = `Bearer ${phone.accessToken}`;
		const answers = await Promise.all([
			fetch(url, { method: "OPTIONS" }),
			fetch(url, { method: "GET", headers: { authorization } }),
			fetch(url, { method: "POST" }),
			fetch(url, { method: "POST", headers: { authorization }, body: "{" }),
			fetch(url, { method: "POST", headers: { authorization }, body: "{}" }),
			fetch(new URL(`${guardedPath}/`, server.url), { method: "POST" }),
		]);
		const statuses = answers.map(({ status }) => status);
		assert.deepEqual(statuses, [204, 405, 401, 400, 200, 404]);
		for (const { headers } of answers) {
			assert.equal(headers.get("access-control-allow-origin"), "*");
			assert.equal(headers.get("x-countersign-guard"), "1");
		}
	});

	test("the page shows what Synapse really holds, and that the app has finished", async () => {
		const { path } = await world.askAndApprove(phone, "shown");
		assert.equal((await upload(phone, "shown")).status, 200);
		identity = "shown";
		assert.equal((await alice.open(path)).title, "Almost done: the app is finishing");
		assert.equal((await world.finish(phone, "shown")).status, 200);
		assert.equal((await alice.open(path)).title, "Your digital identity is replaced");
		const other = await world.login();
		await replace(other, "shown later");
		assert.equal((await alice.open(path)).title, "Replaced, and replaced again since");
	});

	test("without the application service at Synapse uploads are refused for the moment, and nobody is signed out", async () => {
		world.toSynapse.decide(({ headers }) =>
			headers.authorization?.includes(appServiceTokens(secret).asToken)
				? {
						status: 401,
						body: JSON.stringify({ errcode: "M_UNKNOWN_TOKEN", error: "Unrecognised access token" }),
					}
				: "pass",
		);
		const { status, body, headers } = await upload(phone, "anything");
		assert.deepEqual([status, body.errcode, headers.get("retry-after")], [502, "M_UNKNOWN", "5"]);
		world.toSynapse.decide(() => "pass");
		assert.equal((await upload(phone, identity)).status, 200, synapse.logTail());
	});
});
