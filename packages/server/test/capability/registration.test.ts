import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
	type AuthorizationWorld,
	authorizePath,
	freshDevice,
	nativeClient,
	openAuthorizationWorld,
	request,
	scope,
} from "../support/authorization-world.ts";

describe("registering a client (RFC 7591)", () => {
	let world: AuthorizationWorld;

	before(async () => {
		world = await openAuthorizationWorld();
	});
	after(() => world.close());

	async function post(body: string, headers: Readonly<Record<string, string>> = {}) {
		const sent = { method: "POST", body, headers: { "content-type": "application/json", ...headers } };
		const response = await fetch(`${world.base}oauth2/registration`, sent);
		return { status: response.status, headers: response.headers, text: await response.text() };
	}

	test("the answer holds the client id and everything that was registered, and nothing else", async () => {
		const { status, headers, text } = await post(
			JSON.stringify({ ...nativeClient, "client_name#fr": "Une appli", unknown: "x" }),
		);
		const { client_id, client_id_issued_at, ...registered } = JSON.parse(text);
		assert.equal(status, 201);
		assert.match(client_id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
		assert.equal(client_id_issued_at, Math.floor(world.clock() / 1000));
		assert.deepEqual(registered, { ...nativeClient, "client_name#fr": "Une appli" });
		assert.match(headers.get("cache-control") ?? "", /no-store/);
		assert.equal(headers.get("access-control-allow-origin"), "*");
	});

	test("the same metadata are one client, however and how often they come; other metadata another", async () => {
		const reversed = Object.fromEntries(Object.entries(nativeClient).reverse());
		const ids = await Promise.all(
			[nativeClient, reversed, { ...nativeClient, x: 1 }].map((each) => world.register(each)),
		);
		assert.equal(new Set(ids).size, 1);
		assert.notEqual(await world.register({ ...nativeClient, client_name: "Other" }), ids[0]);
		assert.equal(world.rows("SELECT id FROM clients WHERE id = ?", ids[0] ?? "").length, 1);
	});

	test("that it was registered again is noted once in an hour", async () => {
		const metadata = { ...nativeClient, client_name: "Noted" };
		const id = await world.register(metadata);
		const noted = () => world.rows("SELECT last_used_at FROM clients WHERE id = ?", id)[0]?.last_used_at;
		const first = world.clock();
		world.advance(3_600_000 - 1);
		await world.register(metadata);
		assert.equal(noted(), first);
		world.advance(1);
		await world.register(metadata);
		assert.equal(noted(), first + 3_600_000);
		world.advance(-1);
		await world.register(metadata);
		assert.equal(noted(), first + 3_600_000 - 1, "a time that is still to come is none");
	});

	test("refusals are OAuth errors that browser apps can read", async () => {
		const rows: [string, number, string][] = [
			["{", 400, "invalid_request"],
			["[]", 400, "invalid_request"],
			["\ufeff{}", 400, "invalid_request"],
			["{}", 400, "invalid_client_metadata"],
			[
				JSON.stringify({ ...nativeClient, redirect_uris: ["https://evil.example/"] }),
				400,
				"invalid_redirect_uri",
			],
			[JSON.stringify({ ...nativeClient, client_name: "x".repeat(70_000) }), 413, "invalid_request"],
		];
		for (const [body, status, error] of rows) {
			const answer = await post(body, { origin: "https://app.example.org" });
			assert.deepEqual([answer.status, JSON.parse(answer.text).error], [status, error], body.slice(0, 60));
			assert.equal(answer.headers.get("access-control-allow-origin"), "*");
		}
	});

	test("a body has 8192 bytes at most", async () => {
		const ofBytes = (bytes: number) => {
			const text = JSON.stringify({ ...nativeClient, x: "" });
			return text.replace('"x":""', `"x":"${"y".repeat(bytes - text.length)}"`);
		};
		assert.equal((await post(ofBytes(8_192))).status, 201);
		assert.equal((await post(ofBytes(8_193))).status, 413);
	});

	test("what browsers and generic libraries register works to the end: a loopback redirect with a port, on any port", async () => {
		const registered = ["http://127.0.0.1:8765/", "http://localhost:5173/cb"];
		const clientId = await world.register({
			...nativeClient,
			redirect_uris: registered,
			logo_uri: "",
			tos_uri: "https://other.example/tos",
			policy_uri: null,
		});
		for (const uri of [...registered, "http://127.0.0.1:49152/", "http://localhost/cb"]) {
			const { location } = await world.authorize(
				request(clientId, { redirect_uri: uri, scope: scope(freshDevice()) }),
			);
			assert.ok(location.startsWith(`${uri}?code=`), location);
		}
		const refused = await fetch(
			`${world.base}${authorizePath(request(clientId, { redirect_uri: "http://127.0.0.1:8765/other" }))}`,
			{ redirect: "manual" },
		);
		assert.equal(refused.status, 400);
	});

	test("a web app that is tried out on this machine registers, as long as the server is on loopback", async () => {
		const dev = {
			...nativeClient,
			application_type: "web",
			client_uri: "http://localhost:5173/",
			redirect_uris: ["http://localhost:5173/cb"],
		};
		const clientId = await world.register(dev);
		const { location } = await world.authorize(
			request(clientId, { redirect_uri: "http://localhost:5173/cb", scope: scope(freshDevice()) }),
		);
		assert.ok(location.startsWith("http://localhost:5173/cb?code="), location);
		for (const [publicBase, status] of [
			["http://localhost:8008/", 201],
			["http://[::1]:8008/", 201],
			["http://localhost.example.org/", 400],
			["https://auth.example.org/", 400],
		] as const) {
			const elsewhere = await openAuthorizationWorld({ publicBase });
			const headers = { "content-type": "application/json" };
			const asked = { method: "POST", headers, body: JSON.stringify(dev) };
			const answer = await fetch(`${elsewhere.base}oauth2/registration`, asked);
			await elsewhere.close();
			assert.equal(answer.status, status, publicBase);
		}
	});

	test("a browser may ask beforehand, and only POST registers", async () => {
		const url = `${world.base}oauth2/registration`;
		const ahead = await fetch(url, { method: "OPTIONS" });
		assert.equal(ahead.status, 204);
		assert.match(ahead.headers.get("access-control-allow-headers") ?? "", /content-type/i);
		assert.match(ahead.headers.get("access-control-allow-methods") ?? "", /POST/);
		assert.equal((await fetch(url)).status, 405);
	});

	test("one address cannot flood it, and is told when to come back", async () => {
		const flooded = await openAuthorizationWorld();
		const answers = [];
		for (let at = 0; at < 61; at++) {
			const sent = { method: "POST", body: JSON.stringify(nativeClient) };
			answers.push(await fetch(`${flooded.base}oauth2/registration`, sent));
		}
		const last = answers.at(-1);
		assert.deepEqual([answers[59]?.status, last?.status], [201, 429]);
		assert.ok(Number(last?.headers.get("retry-after")) > 0);
		assert.equal(last?.headers.get("access-control-allow-origin"), "*");
		await flooded.close();
	});
});
