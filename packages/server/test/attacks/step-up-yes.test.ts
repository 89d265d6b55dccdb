/** Step-up (MSC4363): what a yes is worth beside other ones, once it was used, and where it is turned off. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { exchange } from "../support/oauth-flow.ts";
import {
	type App,
	introspect,
	openStepUpWorld,
	peopleOf,
	requestOf,
	type StepUpWorld,
} from "../support/step-up.ts";

describe("a yes to an app that steps up", () => {
	let world: StepUpWorld;
	before(async () => {
		world = await openStepUpWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const { somebody, elevated } = peopleOf(() => world);

	test("an older yes, whose code comes later, takes nothing from a newer one", async () => {
		const { browser, app } = await somebody();
		const localpart = app.userId.slice(1).split(":")[0] ?? "";
		const tablet = await world.signIn(browser, localpart);
		const yesTo = async (by: App, acr: string) => {
			const flow = await world.stepUp(by, acr);
			const { left } = await world.agree(browser, await browser.open(flow.url));
			world.advance(1_000);
			return () => exchange(world, flow, left?.searchParams.get("code") ?? "");
		};
		const [older, newer] = [await world.ask(app, "older"), await world.ask(tablet, "newer")];
		const [first, second] = [await yesTo(app, older), await yesTo(tablet, newer)];
		const { body } = await second();
		const refused = await first();
		assert.deepEqual([refused.status, refused.body.error], [400, "invalid_grant"]);
		assert.equal((await requestOf(world, older)).state, "pending");
		const given = { ...tablet, accessToken: body.access_token };
		assert.equal((await world.upload(given, "newer")).status, 200);
		// The other way round the newer one takes the older one's place, however late the older one was exchanged.
		const [third, fourth] = [await world.ask(app, "third"), await world.ask(given, "fourth")];
		const [earlier, later] = [await yesTo(app, third), await yesTo(given, fourth)];
		world.advance(1_000);
		assert.equal((await earlier()).status, 200);
		assert.equal((await later()).status, 200);
		assert.equal((await requestOf(world, third)).end_reason, "newer-approval");
	});

	test("the log says from where the person said yes", async () => {
		const { app } = await elevated();
		const lines = await world.server.rows("security_events");
		const yes = lines.find((line) => line.kind === "reset-approved" && line.device_id === app.deviceId);
		assert.equal(yes?.address, "127.0.0.1");
	});

	test("the context is named until it is used, refused or over, and no longer", async () => {
		const named = async (given: App) => (await introspect(world, given)).acr;
		const one = await elevated();
		assert.equal(await named(one.given), one.acr);
		assert.equal((await world.upload(one.given, "second")).status, 200);
		assert.equal(await named(one.given), undefined);
		assert.equal((await introspect(world, one.given)).active, true);
		const other = await elevated();
		const approvalPage = `/account/reset/${other.acr.slice("urn:countersign:acr:approved:".length)}`;
		await other.browser.press(await other.browser.open(approvalPage), /take it back/);
		assert.equal((await requestOf(world, other.acr)).state, "denied");
		assert.equal(await named(other.given), undefined);
	});

	test("the page says where the answer goes when that is no website", async () => {
		const { browser, app } = await somebody();
		const acr = await world.ask(app, "second");
		const page = await browser.open((await world.stepUp(app, acr)).url);
		assert.match(page.text, /on this device, answers at <code>127\.0\.0\.1<\/code>/);
	});

	test("a session that was let in without openid is told by no id token who its person is", async () => {
		const { browser, app } = await somebody();
		const localpart = app.userId.slice(1).split(":")[0] ?? "";
		const scope = `urn:matrix:client:api:* urn:matrix:client:device:${app.deviceId}`;
		const plain = { ...(await world.signIn(browser, localpart, { scope })), deviceId: app.deviceId };
		const acr = await world.ask(plain, "second");
		const flow = await world.stepUp(plain, acr);
		const { left } = await world.agree(browser, await browser.open(flow.url));
		const { body } = await exchange(world, flow, left?.searchParams.get("code") ?? "");
		assert.deepEqual([body.scope, body.id_token], [scope, undefined]);
	});
});

test("once it is turned off, neither a code nor a token of before is worth an identity", async () => {
	await using world = await openStepUpWorld();
	const tablet = await world.signIn(world.alice, "alice");
	const acr = await world.ask(tablet, "third");
	const flow = await world.stepUp(tablet, acr);
	const { left } = await world.agree(world.alice, await world.alice.open(flow.url));
	const given = await world.elevate(world.app, await world.ask(world.app, "second"));
	await world.turnOff();
	const refused = await exchange(world, flow, left?.searchParams.get("code") ?? "");
	assert.deepEqual([refused.status, refused.body.error], [400, "invalid_grant"]);
	assert.equal((await requestOf(world, acr)).state, "pending");
	assert.equal((await introspect(world, given)).acr, undefined);
	assert.equal((await world.upload(given, "second")).status, 401);
});
