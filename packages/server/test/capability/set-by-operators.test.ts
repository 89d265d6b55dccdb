/** What operators set of apps, through the whole server; what is not set is tested wherever it belongs. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { postForm } from "../support/attack-world.ts";
import { beginFlow } from "../support/oauth-flow.ts";
import { tokenIn } from "../support/personal-token.ts";
import { password, startServer } from "../support/server.ts";

const metadata = (client_uri: string) => ({
	...{ client_name: "App", client_uri, redirect_uris: [`${client_uri}callback`] },
	...{ token_endpoint_auth_method: "none", response_types: ["code"] },
	grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
});

async function register(url: string, client_uri: string) {
	const answer = await fetch(new URL("oauth2/registration", url), {
		...{ method: "POST", body: JSON.stringify(metadata(client_uri)) },
		headers: { "content-type": "application/json" },
	});
	return { status: answer.status, body: JSON.parse(await answer.text()) };
}

describe("apps that are named", () => {
	test("register and sign people in; others are refused, and those that are signed in go on", async () => {
		await using server = await startServer();
		const phone = await server.loginDevice({ localpart: "alice", browser: await server.register("alice") });
		const alice = await server.signIn("alice");
		const { url: before } = await beginFlow(server);
		await server.restart({ settings: { allowedClients: ["element.example"] } });
		const { url } = server;
		const good = await register(url, "https://app.element.example/");
		assert.equal(good.status, 201);
		const bad = await register(url, "https://evil.example/");
		assert.deepEqual([bad.status, bad.body.error], [403, "access_denied"]);
		assert.equal(
			(await server.rows("clients")).filter(({ metadata: m }) => String(m).includes("evil")).length,
			0,
		);
		const told = (await alice.open(before)).left?.searchParams;
		assert.deepEqual([told?.get("error"), told?.has("code")], ["invalid_request", false]);
		const ask = {
			client_id: phone.clientId,
			scope: "urn:matrix:client:api:* urn:matrix:client:device:NEWDEVICE1",
		};
		const asked = await postForm(new URL("oauth2/device", url).href, ask);
		assert.deepEqual([asked.status, asked.body.error], [400, "unauthorized_client"]);
		const form = {
			grant_type: "refresh_token",
			client_id: phone.clientId,
			refresh_token: phone.refreshToken,
		};
		const refreshed = await postForm((await server.metadata()).token_endpoint, form);
		assert.equal(refreshed.status, 200, "who is signed in goes on");
		assert.ok(
			(await postForm(new URL("oauth2/device", url).href, { ...ask, client_id: good.body.client_id }))
				.status === 200,
		);
	});
});

test("access tokens last as long as is set, and homeservers are told so", async () => {
	await using server = await startServer({ settings: { sessions: { accessMinutes: 60 } } });
	const phone = await server.loginDevice({ localpart: "alice", browser: await server.register("alice") });
	assert.equal(phone.expiresInSeconds, 3600);
	const secret = { authorization: `Bearer ${server.introspectionSecret}` };
	const asked = { token: phone.accessToken };
	const { body } = await postForm(new URL("oauth2/introspect", server.url).href, asked, secret);
	assert.ok(body.expires_in > 3590 && body.expires_in <= 3600);
});

test("one device more than is set is refused, and nobody gives way", async () => {
	await using server = await startServer({ settings: { sessions: { devicesAtMost: 1 } } });
	const browser = await server.register("alice");
	const first = await server.loginDevice({ localpart: "alice", browser, deviceId: "DEVICE0001" });
	await assert.rejects(server.loginDevice({ localpart: "alice", browser, deviceId: "DEVICE0002" }));
	assert.equal((await server.call(first, "GET", "account/whoami")).status, 200);
});

test("whoever was told of an app that ends soon finds it on the front page and in the list", async () => {
	let at = Date.now();
	const settings = { sessions: { idleDays: 10 } };
	await using server = await startServer({ clock: () => at, settings });
	await server.loginDevice({ localpart: "alice", browser: await server.register("alice") });
	const open = async (path: string) => (await (await server.signIn("alice")).open(path)).text;
	assert.doesNotMatch(await open("/account/"), /signed out soon/);
	assert.match(await open("/account/devices"), /Signed out by itself <time[^>]*>in 10 days/);
	at += 9 * 86_400_000;
	assert.match(await open("/account/"), /An app is signed out soon/);
});

test("one address may do as much of what anybody may as is set", async () => {
	await using server = await startServer({ settings: { limits: { appsRegistered: 6 } } });
	const statuses = [];
	for (let nth = 0; nth < 7; nth++)
		statuses.push((await register(server.url, `https://app${nth}.example/`)).status);
	assert.deepEqual(statuses, [201, 201, 201, 201, 201, 201, 429]);
});

test("tokens for programs end within what is set, and may last where that is", async () => {
	await using server = await startServer({ settings: { tokens: { daysAtMost: 30, mayLast: true } } });
	const browser = await server.register("alice");
	const page = await browser.open("/account/tokens/new");
	const make = (lifetime: string) => browser.press(page, "Make a token", { name: "Bot", lifetime, password });
	assert.match(page.text, /value="30" selected/);
	for (const lifetime of ["31", "90"]) assert.equal((await make(lifetime)).status, 400, lifetime);
	assert.ok(tokenIn((await make("never")).text));
	assert.match((await browser.open("/account/tokens")).text, /Ends: When you end it/);
});
