/** What an app asks of a proof, and what it and a homeserver are told of the one that was given (RFC 9470). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { introspectionAnswer } from "../../src/introspection/answer.ts";
import type { HowProved } from "../../src/proofs/index.ts";
import {
	type AuthorizationWorld,
	consentOf,
	exchangeForm,
	freshDevice,
	openAuthorizationWorld,
	request,
	scope,
} from "../support/authorization-world.ts";
import { setUpCodes } from "../support/codes.ts";
import { beginFlow, codeOf, exchange } from "../support/oauth-flow.ts";
import { password, startServer } from "../support/server.ts";
import { alice } from "../support/session-world.ts";

const one = "urn:countersign:acr:one-factor";
const two = "urn:countersign:acr:two-factors";

type Parameters = Readonly<Record<string, string>>;

describe("an app that asks for a proof", () => {
	let world: AuthorizationWorld;
	let client: string;

	before(async () => {
		world = await openAuthorizationWorld();
		client = await world.register();
	});
	after(() => world.close());

	/** The way through the browser, whose person has proved to be there like this. */
	async function signIn(how: HowProved, asked: Parameters, provedAt = world.clock()) {
		world.page.answer = async (pair) => {
			const { interactions } = world.authorization;
			const consent = { ...consentOf(alice, provedAt), provedHow: how };
			const outcome = await interactions.grant(pair, consent);
			return outcome.ok ? outcome : interactions.deny(pair, consent);
		};
		const { params } = await world.authorize(request(client, { scope: scope(freshDevice()), ...asked }));
		const code = params.get("code");
		if (code === null) return { error: params.get("error") };
		return { ...(await world.exchange(exchangeForm(client, code))).body, error: null };
	}

	async function told(accessToken: unknown) {
		const answer = introspectionAnswer(
			await world.sessions.authenticate(String(accessToken), {}),
			world.clock(),
		);
		assert.ok(answer.active);
		return { acr: answer.acr, auth_time: answer.auth_time };
	}

	test("is told what was shown, and so is a homeserver, with openid and without", async () => {
		const provedAt = world.clock() - 61_500;
		const time = Math.floor(provedAt / 1_000);
		for (const openid of ["", "openid "])
			for (const [how, asked, acr] of [
				["password", {}, one],
				["passkey", {}, two],
				["passkey", { acr_values: `${one} ${two}`, max_age: "120" }, one],
				["password", { acr_values: `urn:unknown ${two} ${one}` }, one],
				["password-and-code", { acr_values: two }, two],
			] as const) {
				const got = await signIn(how, { ...asked, scope: `${openid}${scope(freshDevice())}` }, provedAt);
				assert.ok("access_token" in got, `${how} ${JSON.stringify(asked)}: ${got.error}`);
				assert.deepEqual(await told(got.access_token), { acr, auth_time: time });
				if (openid === "") assert.ok(!("id_token" in got));
				else {
					const said = claims((got as Record<string, unknown>).id_token);
					assert.deepEqual([said.acr, said.auth_time], [acr, time]);
				}
			}
	});

	test("for a value that nobody knows is told what there is: a wish is no demand (OpenID Connect Core 5.5.1.1)", async () => {
		const got = await signIn("password", { acr_values: "urn:unknown phr" });
		assert.ok("access_token" in got);
		assert.equal((await told(got.access_token)).acr, one);
	});

	test("for a strength that the person does not have gets no code (RFC 9470 section 5)", async () => {
		const { error } = await signIn("password", { acr_values: two });
		assert.equal(error, "unmet_authentication_requirements");
	});

	test("for a proof of a minute is not served with an older one, with openid or without", async () => {
		for (const openid of ["", "openid "]) {
			const asked = { max_age: "60", scope: `${openid}${scope(freshDevice())}` };
			assert.equal((await signIn("passkey", asked, Date.now() - 62_000)).error, "access_denied");
			assert.equal((await signIn("passkey", asked)).error, null);
		}
	});

	test("for what is no number of seconds, or asks twice, is refused", async () => {
		for (const wrong of ["-1", "soon", "1.5", "0x10", "1e3", " 60", "9".repeat(16)])
			assert.equal((await signIn("passkey", { max_age: wrong })).error, "invalid_request", wrong);
		const twice = new URL("authorize", world.base);
		for (const [name, value] of Object.entries(request(client))) twice.searchParams.set(name, value);
		for (const name of ["max_age", "acr_values"]) {
			const url = new URL(twice);
			for (const value of ["60", "600"]) url.searchParams.append(name, value);
			const answered = await fetch(url, { redirect: "manual" });
			assert.equal(answered.headers.get("location"), null);
			assert.match(await answered.text(), /parameters? must not be provided twice/);
		}
	});

	test("under the names by which the engine is passed has asked for nothing", async () => {
		const renamed = { asked_acr_values: two, asked_max_age: "1" };
		const got = await signIn("password", renamed, world.clock() - 3_600_000);
		assert.ok("access_token" in got);
		assert.equal((await told(got.access_token)).acr, one);
	});

	test("and refreshes has a token that stands for nobody who was there", async () => {
		const got = (await signIn("passkey", { acr_values: two })) as Record<string, unknown>;
		assert.equal((await told(got.access_token)).acr, two);
		const refresh = { grant_type: "refresh_token", client_id: client };
		const again = await world.exchange({ ...refresh, refresh_token: String(got.refresh_token) });
		assert.equal(again.status, 200);
		assert.deepEqual(await told(again.body.access_token), { acr: undefined, auth_time: undefined });
		assert.equal((await told(got.access_token)).acr, two, "what was bought stays what it is until it ends");
	});
});

describe("at the pages", () => {
	test("prompt=login wants both factors where there are two, however recent the password is", async () => {
		let now = 1_800_000_000_000;
		await using server = await startServer({ clock: () => now });
		const browser = await server.register("alice");
		const flow = await beginFlow(server, { prompt: "login", acr_values: two });
		const app = await setUpCodes(browser, now);
		now += 60_000;
		const page = await browser.open(flow.url);
		assert.equal(page.title, "Confirm it is you");
		const asked = await browser.press(page, "Continue", { password, code: app.at(now) });
		assert.equal(asked.title, "Let this app sign in?");
		const { left } = await browser.press(asked, "Allow");
		const { body } = await exchange({ server }, flow, left?.searchParams.get("code") ?? "");
		assert.equal(claims(body.id_token).acr, two);
		assert.deepEqual(claims(body.id_token).amr, ["pwd", "otp", "mfa"]);
	});

	test("a link that asks for less than before gives less, and says so", async () => {
		await using server = await startServer();
		const browser = await server.register("alice");
		const strong = await beginFlow(server, { acr_values: two });
		const page = await browser.open(strong.url);
		const refused = await browser.press(page, "Allow");
		assert.equal(refused.left?.searchParams.get("error"), "unmet_authentication_requirements");
		const weaker = await beginFlow(server, { acr_values: one });
		const { body } = await exchange({ server }, weaker, await codeOf(browser, weaker));
		assert.equal(claims(body.id_token).acr, one);
	});
});

function claims(idToken: unknown): Readonly<Record<string, unknown>> {
	return JSON.parse(Buffer.from(String(idToken).split(".")[1] ?? "", "base64url").toString());
}
