/** Somebody else's code in a link, codes that are guessed, and device codes in other hands (RFC 8628 section 5). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, openAttackWorld } from "../support/attack-world.ts";
import {
	allowDevice,
	askDevice,
	enterCode,
	refuseDevice,
	registerDeviceClient,
	waitingDevice,
	waitingElsewhere,
} from "../support/device-grant.ts";
import type { Page } from "../support/form-browser.ts";
import { apiScope } from "../support/oauth-flow.ts";
import { password } from "../support/server.ts";

const minute = 60_000;

/** Sends a form of a page with these fields, whatever its buttons say. */
async function send(world: AttackWorld, page: Page, fields: Readonly<Record<string, string>>, to?: string) {
	const form = page.forms.find(({ action }) => action.startsWith("/link"));
	assert.ok(form !== undefined, `${page.status} “${page.title}” has no form`);
	const body = new URLSearchParams({ ...form.fields, ...fields });
	return world.alice.send(to ?? form.action, { method: "POST", body });
}

describe("remote phishing with a user code", () => {
	test("a link to somebody else's request shows nothing of it and allows nothing, however often it is opened", async () => {
		await using world = await openAttackWorld();
		const thief = await waitingDevice(world.server);
		for (const path of ["/link", "/link/"].flatMap((at) => [
			`${at}?code=${thief.userCode}`,
			at + thief.userCode,
		])) {
			const page = await world.alice.open(path);
			assert.doesNotMatch(page.text, /Television|tv\.example|Allow/, path);
		}
		for (const query of ["decision=approve&own=yes", "decision=deny"])
			await world.alice.open(`/link/${thief.userCode}?${query}`);
		assert.equal((await thief.poll()).body.error, "authorization_pending");
	});

	test("a person who follows the link is told what it means, before and after, and must say it was them", async () => {
		await using world = await openAttackWorld();
		const thief = await waitingDevice(world.server, { client: { client_name: "Countersign" } });
		const entry = await world.alice.open(`/link?code=${thief.userCode}`);
		assert.match(entry.text, /Did somebody else give you the code or a link/);
		const asked = await world.alice.press(entry, "Continue");
		assert.match(asked.text, /If somebody else gave you its code, refuse/);
		assert.match(asked.text, /calls itself <strong>“<bdi>Countersign<\/bdi>”<\/strong>/);
		assert.match(asked.text, /Says it is from<\/dt><dd>tv\.example/);
		assert.equal((await world.alice.press(asked, "Allow")).status, 400, "without the tick");
		assert.equal((await thief.poll()).body.error, "authorization_pending");
	});

	test("a request from another network says so first, and refusing is the first answer", async () => {
		await using world = await openAttackWorld();
		const asked = await enterCode(world.alice, await waitingElsewhere(world.server));
		assert.match(asked.text, /The device asked from 127\.0\.0\.2, but you are at 127\.0\.0\.1/);
		assert.ok(asked.text.indexOf("Look twice") < asked.text.indexOf("Television"));
		assert.match(asked.forms.map(({ buttons }) => buttons[0]?.label).join(" / "), /refuse \/ Allow$/);
		const near = await enterCode(world.alice, (await waitingDevice(world.server)).userCode);
		assert.doesNotMatch(near.text, /Look twice/);
		assert.match(near.forms.map(({ buttons }) => buttons[0]?.label).join(" / "), /Allow \/ .*refuse$/);
	});

	test("names and addresses of the app and the device are text", async () => {
		await using world = await openAttackWorld();
		const hostile = `<script>alert(1)</script>"'><img src=x>`;
		const device = await waitingDevice(world.server, {
			client: { client_name: `${hostile}\u202e` },
			agent: hostile,
		});
		const asked = await enterCode(world.alice, device.userCode);
		assert.equal(asked.title, "Let this device sign in?");
		assert.doesNotMatch(asked.text, /<script(?! nonce="[\w-]+">)|<img|\u202e/);
		for (const code of [hostile, `"autofocus onfocus=alert(1) x="`]) {
			const query = encodeURIComponent(code);
			assert.doesNotMatch(
				(await world.alice.open(`/link?code=${query}`)).text,
				/<script(?! nonce="[\w-]+">)|" onfocus|<img/,
			);
			assert.doesNotMatch(
				(await world.alice.open(`/link/${query}`)).text,
				/<script(?! nonce="[\w-]+">)|" onfocus|<img/,
			);
			assert.doesNotMatch(
				(await enterCode(world.alice, code)).text,
				/<script(?! nonce="[\w-]+">)|" onfocus|<img/,
			);
		}
	});
});

describe("the form that allows a device", () => {
	test("is good for the one code that was entered, and for nothing before that", async () => {
		await using world = await openAttackWorld();
		const own = await waitingDevice(world.server);
		const thief = await waitingDevice(world.server);
		const answer = { decision: "approve", own: "yes", password };
		const entry = await world.alice.open("/link");
		const asked = await enterCode(world.alice, own.userCode);
		for (const page of [entry, asked])
			for (const to of [`/link/${thief.userCode}`, `/link/${thief.userCode.toLowerCase()}`])
				assert.equal((await send(world, page, answer, to)).status, 403, to);
		assert.equal((await thief.poll()).body.error, "authorization_pending");
		assert.equal((await send(world, asked, answer)).status, 303);
		assert.equal((await own.poll()).status, 200);
	});

	test("is good in the browser it was shown in, for the person it was shown to", async () => {
		await using world = await openAttackWorld();
		const mallory = await world.server.register("mallory");
		const device = await waitingDevice(world.server);
		const theirs = await enterCode(mallory, device.userCode);
		assert.equal((await send(world, theirs, { decision: "approve", own: "yes" })).status, 403);
		assert.equal((await device.poll()).body.error, "authorization_pending");
	});

	test("answers once: what was refused cannot be allowed, nor what was allowed by one person by another", async () => {
		await using world = await openAttackWorld();
		const mallory = await world.server.register("mallory");
		const [one, other] = [await waitingDevice(world.server), await waitingDevice(world.server)];
		const [mine, theirs] = [
			await enterCode(world.alice, one.userCode),
			await enterCode(mallory, other.userCode),
		];
		const late = await enterCode(world.alice, other.userCode);
		await refuseDevice(world.alice, one.userCode);
		assert.equal((await world.alice.press(mine, "Allow", { own: "yes" })).title, "Refused");
		assert.equal((await one.poll()).body.error, "access_denied");
		await mallory.press(theirs, "Allow", { own: "yes" });
		const after = await world.alice.press(late, "Allow", { own: "yes" });
		assert.equal(after.title, "Sign in another device", "what mallory did is not told");
		const { body } = await other.poll();
		const who = await world.server.call({ accessToken: body.access_token }, "GET", "account/whoami");
		assert.equal(who.body.user_id, "@mallory:localhost");
	});
});

describe("guessing user codes", () => {
	const letters = "BCDFGHJKLM";
	// Each another: of two that are the same and come at once the second is told what became of the first, and costs nothing.
	const wrong = Array.from(
		{ length: 30 },
		(_, at) => `BBBB-BB${letters.charAt(at / 10)}${letters.charAt(at % 10)}`,
	);

	test("ends after ten wrong ones from one address, at once or one by one, and the page says how long", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		const tries = await Promise.all(wrong.map((code) => enterCode(world.alice, code)));
		assert.equal(tries.filter(({ status }) => status === 400).length, 10);
		assert.equal(tries.filter(({ status }) => status === 429).length, 20);
		const right = await enterCode(world.alice, device.userCode);
		assert.equal(right.status, 429);
		assert.match(right.text, /Too many attempts\. Wait 10 minutes/);
		assert.ok(Number(right.headers.get("retry-after")) > 0);
		assert.doesNotMatch(right.text, /Television/);
	});

	test("is not helped by another account, and right codes cost nothing", async () => {
		await using world = await openAttackWorld();
		const mallory = await world.server.register("mallory");
		const device = await waitingDevice(world.server);
		for (let times = 0; times < 15; times++)
			assert.equal((await enterCode(world.alice, device.userCode)).status, 200);
		for (const code of wrong.slice(0, 10)) await enterCode(world.alice, code);
		assert.equal((await enterCode(mallory, device.userCode)).status, 429);
	});
});

describe("a device code", () => {
	test("is worth nothing to another client, and its owner is not slowed down by the attempt", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		const otherClient = await registerDeviceClient(world.server, { client_name: "Another" });
		await device.poll();
		for (let times = 0; times < 5; times++) {
			const { status, body } = await device.poll({ client_id: otherClient });
			assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		}
		world.advance(5_000);
		assert.equal((await device.poll()).body.error, "authorization_pending");
		await allowDevice(world.alice, device.userCode);
		assert.equal((await device.poll({ client_id: otherClient })).body.error, "invalid_grant");
		assert.equal((await device.poll()).status, 200);
	});

	test("is not the user code, nor anything kept in the database", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		await allowDevice(world.alice, device.userCode);
		for (const device_code of [device.userCode, device.userCode.replace("-", ""), ""])
			assert.equal((await device.poll({ device_code })).status, 400);
		const rows = await world.server.rows("device_authorizations");
		assert.equal(rows.length, 1);
		for (const value of Object.values(rows[0] ?? {})) {
			assert.notEqual(value, device.deviceCode);
			assert.doesNotMatch(String(value), new RegExp(device.userCode.replace("-", "-?")));
			assert.notEqual((await device.poll({ device_code: String(value) })).status, 200);
		}
		assert.equal((await device.poll()).status, 200);
	});

	test("ends with the time it was given, whoever allows it then", async () => {
		await using world = await openAttackWorld();
		const device = await waitingDevice(world.server);
		const asked = await enterCode(world.alice, device.userCode);
		world.advance(20 * minute);
		const late = await world.alice.press(asked, "Allow", { own: "yes", password });
		assert.equal(late.title, "Sign in another device");
		assert.equal((await device.poll()).body.error, "expired_token");
	});
});

test("a scope that names two devices, or none, waits for nobody", async () => {
	await using world = await openAttackWorld();
	const client_id = await registerDeviceClient(world.server);
	const device = (id: string) => `urn:matrix:client:device:${id}`;
	for (const scope of [apiScope, `${apiScope} ${device("AAAAAAAAAA")} ${device("BBBBBBBBBB")}`])
		assert.equal((await askDevice(world.server, { client_id, scope })).body.error, "invalid_scope");
});
