/** Signing in a device that has no browser, with a code entered on another one (RFC 8628), over the whole server. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, openAttackWorld, postForm } from "../support/attack-world.ts";
import {
	allowDevice,
	askDevice,
	deviceGrantType,
	enterCode,
	refuseDevice,
	registerDeviceClient,
	waitingDevice,
} from "../support/device-grant.ts";
import { withAnswer } from "../support/form-browser.ts";
import { apiScope, registerClient } from "../support/oauth-flow.ts";
import { password, startServer } from "../support/server.ts";

const second = 1_000;
const minute = 60 * second;
const scope = `${apiScope} urn:matrix:client:device:TELEVISION`;

describe("a device asks to be signed in (RFC 8628 section 3.1)", () => {
	test("it is given codes, where to enter them, and how often to ask", async () => {
		await using server = await startServer();
		const client_id = await registerDeviceClient(server);
		const { status, body, headers } = await askDevice(server, { client_id, scope });
		assert.equal(status, 200);
		assert.match(headers.get("cache-control") ?? "", /no-store/);
		assert.equal(headers.get("access-control-allow-origin"), "*");
		assert.match(body.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
		assert.match(body.device_code, /^[\w-]{43}$/);
		assert.deepEqual(
			{ ...body, user_code: "", device_code: "" },
			{
				user_code: "",
				device_code: "",
				verification_uri: `${server.url}link`,
				verification_uri_complete: `${server.url}link?code=${body.user_code}`,
				expires_in: 1200,
				interval: 5,
			},
		);
		const preflight = await fetch(`${server.url}oauth2/device`, { method: "OPTIONS" });
		assert.equal(preflight.status, 204);
	});

	test("whom it means is filled in where nobody is signed in, and asked about where somebody else is (MSC4198)", async () => {
		await using server = await startServer();
		const client_id = await registerDeviceClient(server);
		const asked = { client_id, scope, login_hint: "mxid:@anna:localhost" };
		const { body } = await askDevice(server, asked);
		assert.equal(body.verification_uri, `${server.url}link`);
		const { pathname, search } = new URL(body.verification_uri_complete);
		const stranger = await server.browser().open(pathname + search);
		assert.equal(stranger.title, "Sign in");
		assert.match(stranger.text, /name="username"[^>]*value="anna"/);
		const alice = await server.register("alice");
		const page = await alice.open(pathname + search);
		assert.equal(page.title, "You are signed in with another account");
		assert.match(page.text, /@anna:localhost/);
		assert.ok(page.text.includes(`href="/link?code=${body.user_code}"`), "one may go on");
		const left = await alice.press(page, /Use another account/);
		assert.match(left.text, /name="username"[^>]*value="anna"/);
		const anna = await server.register("anna");
		const own = await anna.open(pathname + search);
		assert.equal(own.title, (await anna.open(`/link?code=${body.user_code}`)).title);
		for (const login_hint of ["", "x".repeat(301)]) {
			const { body: plain } = await askDevice(server, { client_id, scope, login_hint });
			assert.equal(plain.verification_uri_complete, `${server.url}link?code=${plain.user_code}`);
		}
	});

	test("whom it means is said to somebody else who types its code, and to nobody but them", async () => {
		await using server = await startServer();
		const { userCode } = await waitingDevice(server, { loginHint: "mxid:@anna:localhost" });
		const alice = await server.register("alice");
		const asked = await enterCode(alice, userCode);
		assert.equal(asked.title, "Let this device sign in?");
		assert.match(asked.text, /You are signed in with another account[\s\S]*@anna:localhost/);
		const left = await alice.press(asked, /Use another account/);
		assert.match(left.text, /name="username"[^>]*value="anna"/);
		const anna = await server.register("anna");
		for (const hint of [userCode, (await waitingDevice(server, { loginHint: "Alice" })).userCode]) {
			const page = await enterCode(hint === userCode ? anna : await server.signIn("alice"), hint);
			assert.equal(page.title, "Let this device sign in?");
			assert.doesNotMatch(page.text, /another account/);
		}
	});

	test("what is not right is refused by the errors of OAuth, readable for browser apps", async () => {
		await using server = await startServer();
		const client_id = await registerDeviceClient(server);
		const { body: other } = await registerClient(server);
		const rows: readonly [Record<string, string>, number, string][] = [
			[{ scope }, 400, "invalid_request"],
			[{ client_id: "nobody", scope }, 401, "invalid_client"],
			[{ client_id: other.client_id, scope }, 400, "unauthorized_client"],
			[{ client_id }, 400, "invalid_scope"],
			[{ client_id, scope: apiScope }, 400, "invalid_scope"],
		];
		for (const [form, status, error] of rows) {
			const answer = await askDevice(server, form, { origin: "https://tv.example" });
			assert.deepEqual([answer.status, answer.body.error], [status, error], JSON.stringify(form));
			assert.equal(answer.headers.get("access-control-allow-origin"), "*");
		}
		const url = `${server.url}oauth2/device`;
		const twice = new URLSearchParams([...Object.entries({ client_id, scope }), ["scope", scope]]);
		assert.equal((await fetch(url, { method: "POST", body: twice })).status, 400);
		assert.equal(
			(await fetch(url, { method: "POST", body: JSON.stringify({ client_id, scope }) })).status,
			400,
		);
		assert.equal((await fetch(url)).status, 405);
	});

	test("one address may ask sixty times a minute, and is told when it may again", async () => {
		await using server = await startServer();
		const client_id = await registerDeviceClient(server);
		const answers = [];
		for (let tries = 0; tries < 61; tries++) answers.push(await askDevice(server, { client_id, scope }));
		assert.deepEqual(new Set(answers.slice(0, 60).map(({ status }) => status)), new Set([200]));
		const last = answers.at(-1);
		assert.deepEqual([last?.status, last?.body.error], [429, "temporarily_unavailable"]);
		assert.ok(Number(last?.headers.get("retry-after")) > 0);
	});
});

describe("a device is signed in", () => {
	test("after its code was entered, the box ticked and the device allowed; it exists when the token is issued", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server, {
			...{ deviceId: "TELEVISION", moreScope: "openid", agent: "Television/2.0" },
		});
		assert.equal((await device.poll()).body.error, "authorization_pending");
		const asked = await enterCode(world.alice, device.userCode.toLowerCase().replace("-", " "));
		assert.equal(asked.title, "Let this device sign in?");
		for (const shown of [
			"Television",
			"tv.example",
			"Television/2.0",
			"TELEVISION",
			"@alice:localhost",
			"this browser&#39;s network",
		])
			assert.ok(asked.text.includes(shown), shown);
		const done = await world.alice.press(asked, "Allow", { own: "yes" });
		assert.equal(done.title, "Allowed. Go back to your device");
		const { status, body, headers } = await device.poll();
		assert.equal(status, 200, JSON.stringify(body));
		assert.match(headers.get("cache-control") ?? "", /no-store/);
		assert.equal(body.scope, `${scope} openid`);
		assert.equal(body.token_type, "Bearer");
		assert.equal(typeof body.refresh_token, "string");
		assert.equal(
			JSON.parse(Buffer.from(body.id_token.split(".")[1], "base64url").toString()).aud,
			device.clientId,
		);
		const bearer = { accessToken: body.access_token };
		const who = await world.server.call(bearer, "GET", "account/whoami");
		assert.deepEqual([who.body.user_id, who.body.device_id], ["@alice:localhost", "TELEVISION"]);
		assert.equal((await world.server.call(bearer, "GET", "devices/TELEVISION")).status, 200);
		assert.equal((await world.alice.open(done.url.pathname)).title, "Your device is signed in");
		const log = await world.alice.open("/account/security");
		assert.match(log.text, /An app on another device was allowed to sign in/);
	});

	test("after signing in first, by the link that holds the code, and only when the code was compared", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		const browser = world.server.browser();
		const login = await browser.open(`/link?code=${device.userCode}`);
		assert.equal(login.url.pathname, "/login");
		const entry = await browser.press(login, "Sign in", { username: "alice", password });
		assert.equal(entry.url.search, `?code=${device.userCode}`);
		assert.match(entry.text, /Check that your other device shows exactly this code/);
		assert.doesNotMatch(entry.text, /Television/);
		const asked = await browser.press(entry, "Continue");
		assert.equal((await browser.press(asked, "Allow", { own: "yes" })).status, 200);
		assert.equal((await device.poll()).status, 200);
	});

	test("with the password once more, where it was entered more than five minutes ago", async () => {
		await using world = await openAttackWorld();
		world.advance(5 * 60_000 + 1);
		const device = await waitingDevice(world.server);
		const asked = await enterCode(world.alice, device.userCode);
		assert.match(asked.text, /Your password/);
		const wrong = await world.alice.press(asked, "Allow", { own: "yes", password: "a wrong password" });
		assert.deepEqual([wrong.status, wrong.title], [403, "Let this device sign in?"]);
		assert.equal((await world.alice.press(asked, "Allow", { own: "yes" })).status, 400);
		assert.equal((await device.poll()).body.error, "authorization_pending");
		const done = await world.alice.press(wrong, "Allow", { own: "yes", password });
		assert.equal(done.title, "Allowed. Go back to your device");
		assert.equal((await device.poll()).status, 200);
	});

	test("not without the tick", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		const asked = await enterCode(world.alice, device.userCode);
		const again = await world.alice.press(asked, "Allow");
		assert.deepEqual([again.status, again.title], [400, "Let this device sign in?"]);
		assert.match(again.text, /id="own-error"/);
		assert.equal((await device.poll()).body.error, "authorization_pending");
	});

	test("and can refresh its tokens, although it registered for nothing but the device grant", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server, { client: { grant_types: [deviceGrantType] } });
		await allowDevice(world.alice, device.userCode);
		const { body } = await device.poll();
		const { status } = await postForm(`${world.server.url}oauth2/token`, {
			grant_type: "refresh_token",
			client_id: device.clientId,
			refresh_token: body.refresh_token,
		});
		assert.equal(status, 200);
	});
});

describe("a device that waits (RFC 8628 section 3.5)", () => {
	const outcome = async ({
		poll,
	}: {
		poll: () => ReturnType<Awaited<ReturnType<typeof waitingDevice>>["poll"]>;
	}) => {
		const { status, body } = await poll();
		return [status, body.error];
	};
	const pending = [400, "authorization_pending"];
	const slowDown = [400, "slow_down"];

	test("may ask at once, then every five seconds; too soon, and it is five seconds more for good", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		assert.deepEqual(await outcome(device), pending);
		assert.deepEqual(await outcome(device), slowDown);
		world.advance(6 * second);
		assert.deepEqual(await outcome(device), slowDown, "ten seconds now");
		world.advance(15 * second);
		assert.deepEqual(await outcome(device), pending, "fifteen from here on");
		world.advance(15 * second);
		assert.deepEqual(await outcome(device), pending);
		await allowDevice(world.alice, device.userCode);
		assert.equal((await device.poll()).status, 200, "what waits is handed out at once");
	});

	test("is given what is known of the scope it asks for, and what its person may give", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server, { moreScope: "urn:other urn:mas:admin openid" });
		await allowDevice(world.alice, device.userCode);
		const { body } = await device.poll();
		assert.equal(body.scope, `urn:matrix:client:api:* urn:matrix:client:device:${device.deviceId} openid`);
	});

	test("hears that it was refused, and hears it again", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		const done = await refuseDevice(world.alice, device.userCode);
		assert.equal(done.title, "Refused");
		assert.deepEqual(await outcome(device), [400, "access_denied"]);
		assert.deepEqual(await outcome(device), [400, "access_denied"]);
		assert.match((await world.alice.open("/account/security")).text, /was refused to sign in/);
	});

	test("hears that its code has run out, and the person hears it too", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		world.advance(20 * minute);
		assert.deepEqual(await outcome(device), [400, "expired_token"]);
		const entered = await enterCode(world.alice, device.userCode);
		assert.equal(entered.status, 400);
		assert.match(entered.text, /No device waits with this code/);
	});

	test("has five minutes to fetch what was allowed", async () => {
		await using world = await openAttackWorld();
		const [late, later] = [await waitingDevice(world.server), await waitingDevice(world.server)];
		world.advance(19 * minute);
		await allowDevice(world.alice, late.userCode);
		const done = await allowDevice(world.alice, later.userCode);
		world.advance(4 * minute);
		assert.equal((await late.poll()).status, 200);
		world.advance(minute);
		assert.deepEqual(await outcome(later), [400, "expired_token"]);
		assert.equal((await world.alice.open(done.url.pathname)).title, "The device did not come back in time");
	});

	test("is told by its client's registration, not by guesses, that it may not ask", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		const { body: other } = await registerClient(world.server);
		const asked = await device.poll({ client_id: other.client_id });
		assert.deepEqual([asked.status, asked.body.error], [400, "unauthorized_client"]);
		const unknown = await device.poll({ device_code: "A".repeat(43) });
		assert.deepEqual([unknown.status, unknown.body.error], [400, "invalid_grant"]);
		const { body } = await postForm(`${world.server.url}oauth2/token`, {
			grant_type: deviceGrantType,
			client_id: device.clientId,
		});
		assert.equal(body.error, "invalid_request");
	});
});

describe("what was allowed", () => {
	const isSignedIn = async (world: AttackWorld, accessToken: string) =>
		(await world.server.call({ accessToken }, "GET", "account/whoami")).status === 200;

	test("opens one session, however many requests come at once", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		await allowDevice(world.alice, device.userCode);
		const answers = await Promise.all(Array.from({ length: 50 }, () => device.poll()));
		const [winner, ...others] = answers.filter(({ status }) => status === 200);
		assert.deepEqual(others, []);
		for (const { status, body } of answers)
			if (status !== 200) assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		assert.equal((await device.poll()).body.error, "invalid_grant");
		assert.ok(await isSignedIn(world, winner?.body.access_token), "a repetition harms nobody");
	});

	test("is taken back by signing out everywhere", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		await allowDevice(world.alice, device.userCode);
		const page = await world.alice.open("/account/sign-out-everywhere");
		await world.alice.press(page, /sign out/i, { password });
		assert.equal((await device.poll()).body.error, "access_denied");
	});

	test("is taken back by changing the password", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		await allowDevice(world.alice, device.userCode);
		const page = await world.alice.open("/account/password");
		const changed = { current: password, password: "another long passphrase" };
		assert.equal((await world.alice.press(page, /password/i, changed)).status, 200);
		const { status, body } = await device.poll();
		assert.deepEqual([status, body.error], [400, "access_denied"]);
	});

	test("signs nobody in whose account was closed meanwhile", async () => {
		await using world = await openAttackWorld();
		const bob = await world.server.register("bob");
		const device = await waitingDevice(world.server);
		await allowDevice(bob, device.userCode);
		const page = await bob.open("/account/deactivate");
		await bob.press(page, /deactivate/i, { username: "bob", password });
		assert.equal((await device.poll()).body.error, "access_denied");
	});

	test("takes over a device of the same name only after saying so", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server, { deviceId: world.phone.deviceId });
		assert.match((await enterCode(world.alice, device.userCode)).text, /You already have this device/);
		await allowDevice(world.alice, device.userCode);
		assert.equal((await device.poll()).status, 200);
		assert.ok(!(await isSignedIn(world, world.phone.accessToken)));
	});

	test("cannot be the administration of the server, by somebody who may not: all there is to press is no", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server, { moreScope: "urn:synapse:admin:*" });
		const asked = await enterCode(world.alice, device.userCode);
		assert.match(asked.text, /It asks to administer this server/);
		assert.match(asked.text, /Only administrators/);
		const no = "This was not me: refuse";
		const answers = asked.forms.flatMap(({ buttons }) => buttons.filter(({ sends }) => "decision" in sends));
		assert.deepEqual(
			answers.map(({ label }) => label),
			[no],
		);
		const refused = await world.alice.press(withAnswer(asked, no, "approve"), no, { own: "yes" });
		assert.equal(refused.status, 403);
		assert.equal((await device.poll()).body.error, "authorization_pending");
	});
});
