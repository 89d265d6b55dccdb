import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { postForm } from "../support/attack-world.ts";
import { type CompatWorld, openCompatWorld, refusalOf } from "../support/compat-world.ts";
import { password } from "../support/server.ts";
import { visitingFrom } from "../support/visiting-from.ts";

describe("at the older login API a thief", () => {
	let world: CompatWorld;
	before(async () => {
		world = await openCompatWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	test("who guesses passwords takes nothing from a browser that is signed in", async () => {
		await world.server.register("victim");
		const browser = await world.server.signIn("victim");
		for (let network = 1; network <= 10; network++) {
			const answers = await visitingFrom(`127.0.${network}.8`, () =>
				Promise.all([1, 2, 3, 4, 5].map((nth) => world.logIn("victim", { password: `a guess, no. ${nth}` }))),
			);
			assert.deepEqual(
				answers.map(refusalOf),
				Array.from(answers, () => [403, "M_FORBIDDEN"]),
			);
		}
		assert.equal((await world.logIn("victim")).status, 429);
		const page = await browser.open("/account/password");
		const typed = { current: password, password: "another horse battery" };
		const changed = await browser.press(page, "Change password", typed);
		assert.equal(changed.url.pathname, "/account/security", changed.text);
	});

	const tokenEndpoint = () => new URL("oauth2/token", world.server.url).href;

	test("has no use for an OAuth refresh token", async () => {
		const { refreshToken, clientId } = await world.loginDevice({ localpart: "alice" });
		const answer = await world.ask("POST", "refresh", { body: { refresh_token: refreshToken } });
		assert.deepEqual(refusalOf(answer), [401, "M_UNKNOWN_TOKEN"]);
		const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
		assert.equal((await postForm(tokenEndpoint(), form)).status, 200, "and it was not spent by trying");
	});

	test("has no use for a refresh token of this API at the OAuth endpoint, under whatever client", async () => {
		const { clientId } = await world.loginDevice({ localpart: "alice" });
		const { body } = await world.logIn("alice", { refresh_token: true });
		for (const client_id of [clientId, "legacy", ""]) {
			const form = { grant_type: "refresh_token", client_id, refresh_token: body.refresh_token };
			const { status } = await postForm(tokenEndpoint(), form);
			assert.ok(status === 400 || status === 401, `${status} for ${client_id}`);
		}
		const { refresh_token } = body;
		assert.equal((await world.ask("POST", "refresh", { body: { refresh_token } })).status, 200);
	});

	test("cannot ask anything of OAuth in the name of the client that stands for these apps", async () => {
		const query = new URLSearchParams({
			...{ client_id: "legacy", response_type: "code", redirect_uri: "https://evil.example/" },
			...{ scope: "urn:matrix:client:api:* urn:matrix:client:device:AAAAAAAAAA", state: "s" },
			...{ code_challenge: "x".repeat(43), code_challenge_method: "S256" },
		});
		const asked = await fetch(new URL(`authorize?${query}`, world.server.url), { redirect: "manual" });
		assert.equal(asked.status, 400);
		const device = await postForm(new URL("oauth2/device", world.server.url).href, {
			client_id: "legacy",
			scope: "urn:matrix:client:api:* urn:matrix:client:device:AAAAAAAAAA",
		});
		assert.ok(device.status === 400 || device.status === 401);
	});

	test("of a refresh token cannot use it as an access token, nor the other way round", async () => {
		const { body } = await world.logIn("alice", { refresh_token: true });
		assert.deepEqual(await world.introspect(body.refresh_token), { active: false });
		const swapped = await world.ask("POST", "refresh", { body: { refresh_token: body.access_token } });
		assert.deepEqual(refusalOf(swapped), [401, "M_UNKNOWN_TOKEN"]);
	});

	test("of a token is no administrator, even of one, and learns nothing of who it is of by OpenID", async () => {
		await world.server.change("UPDATE accounts SET admin = 1 WHERE localpart = 'alice'");
		const { body } = await world.logIn("alice");
		assert.doesNotMatch((await world.introspect(body.access_token)).scope, /admin/);
		const userinfo = await fetch(new URL("oauth2/userinfo", world.server.url), {
			headers: { authorization: `Bearer ${body.access_token}` },
		});
		assert.equal(userinfo.status, 401);
	});

	test("of a token has no way into the account's pages", async () => {
		const { body } = await world.logIn("alice");
		for (const path of ["/account/", "/account/devices", "/account/reset"]) {
			const headers = {
				authorization: `Bearer ${body.access_token}`,
				cookie: `countersign-session=${body.access_token}`,
			};
			const answer = await world.ask("GET", path, { headers });
			assert.deepEqual([answer.status, answer.headers.get("location")?.split("?")[0]], [303, "/login"]);
		}
	});

	test("finds no token in the database", async () => {
		const { body } = await world.logIn("alice", { refresh_token: true });
		for (const table of ["access_tokens", "refresh_tokens", "sessions", "security_events"]) {
			const text = JSON.stringify(await world.server.rows(table));
			assert.ok(!text.includes(body.access_token) && !text.includes(body.refresh_token), table);
		}
	});

	test("who reports a leaked token by revocation ends its session", async () => {
		const { body } = await world.logIn("alice");
		const revoke = new URL("oauth2/revoke", world.server.url).href;
		await postForm(revoke, { token: body.access_token, client_id: "anybody" });
		assert.deepEqual(await world.introspect(body.access_token), { active: false });
	});
});

test("who guesses passwords shares the limit with the pages, and is told when it is over", async () => {
	await using world = await openCompatWorld();
	for (let times = 0; times < 5; times++)
		assert.deepEqual(refusalOf(await world.logIn("bob", { password: `guess number ${times}` })), [
			403,
			"M_FORBIDDEN",
		]);
	const throttled = await world.logIn("bob");
	assert.deepEqual(refusalOf(throttled), [429, "M_LIMIT_EXCEEDED"]);
	const { retry_after_ms: wait } = throttled.body;
	assert.ok(wait > 0 && wait <= 60_000);
	assert.equal(throttled.headers.get("retry-after"), String(Math.ceil(wait / 1000)));
	await assert.rejects(world.server.signIn("bob"), /429/, "the page counts the same attempts");
	assert.equal((await world.logIn("alice")).status, 200, "others are not held up");
});

test("who looks for names is answered alike for those that exist and those that do not", async () => {
	await using world = await openCompatWorld();
	const wrong = { password: "some wrong password" };
	const answers = [];
	for (const user of ["alice", "nobody", "@alice:localhost", "", "@", "@alice"])
		answers.push(await world.logIn(user, wrong));
	assert.equal(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size, 1);
	const elsewhere = await world.logIn("@alice:other.example", wrong);
	assert.deepEqual(refusalOf(elsewhere), [403, "M_FORBIDDEN"]);
	assert.match(elsewhere.body.error, /another server/);
	assert.deepEqual((await world.logIn("@nobody:other.example")).body, elsewhere.body);
});

test("who knows a password cannot make devices without end: right logins count like wrong ones", async () => {
	await using world = await openCompatWorld();
	const noted: number[] = [(await world.logIn("alice")).status];
	while (noted.length < 119) {
		const answer = await world.ask("POST", "login", { body: { type: "m.login.token", token: "guess" } });
		noted.push(answer.status);
	}
	assert.deepEqual(new Set(noted), new Set([200, 403]));
	assert.equal((await world.logIn("alice")).status, 200);
	const { status, body, headers } = await world.logIn("alice");
	assert.ok(status === 429 && body.errcode === "M_LIMIT_EXCEEDED" && body.retry_after_ms > 0);
	assert.equal(headers.get("retry-after"), String(Math.ceil(body.retry_after_ms / 1000)));
});
