/** Step-up (MSC4363): an elevation is an approval of one request, for the one access token that the yes buys. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keyFingerprint } from "@countersign/protocol";
import { identityOf } from "../support/device-crypto.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { beginFlow, exchange } from "../support/oauth-flow.ts";
import { call, password } from "../support/server.ts";
import {
	type App,
	agreement,
	introspect,
	openStepUpWorld,
	peopleOf,
	refusal,
	requestOf,
	type StepUpWorld,
} from "../support/step-up.ts";

const minute = 60_000;

/** How often the identity was replaced, by the log. */
async function replaced({ server }: StepUpWorld, { deviceId }: App): Promise<number> {
	const lines = await server.rows("security_events");
	return lines.filter((line) => line.kind === "identity-replaced" && line.device_id === deviceId).length;
}

describe("an app steps up", () => {
	let world: StepUpWorld;
	before(async () => {
		world = await openStepUpWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const { somebody, elevated } = peopleOf(() => world);

	test("on a page that shows what is replaced, and its new token replaces that, once", async () => {
		const { browser, app } = await somebody();
		const acr = await world.ask(app, "second");
		const flow = await world.stepUp(app, acr);
		const page = await browser.open(flow.url);
		assert.equal(page.title, "Replace your digital identity?");
		const { body } = identityOf(app.userId, "second");
		const [masterKey = ""] = Object.values(body.master_key.keys);
		assert.ok(page.text.includes(keyFingerprint(masterKey)), "the fingerprint of the new identity is shown");
		assert.ok(page.text.includes(app.deviceId));
		assert.equal((await requestOf(world, acr)).state, "pending", "looking is not agreeing");
		const given = await world.elevate(app, acr, browser);
		assert.equal((await requestOf(world, acr)).state, "approved");
		assert.deepEqual((await introspect(world, given)).acr, acr);
		assert.equal((await world.upload(given, "second")).status, 200);
		assert.equal((await requestOf(world, acr)).state, "spent");
		assert.equal((await world.upload(given, "third")).status, 401, "it is worth one identity");
		assert.equal(await replaced(world, app), 1);
		const session = await call(world.server.url, given.accessToken, {
			method: "GET",
			path: "account/whoami",
		});
		assert.equal(session.body.device_id, app.deviceId, "it is the same device, and still signed in");
	});

	test("and every token of before is over", async () => {
		const { app, given } = await elevated();
		assert.equal((await world.upload(app, "second")).body.errcode, "M_UNKNOWN_TOKEN");
		assert.equal((await world.refresh(app)).body.error, "invalid_grant");
		assert.equal((await world.upload(given, "second")).status, 200, "and ended nothing by being tried");
	});

	test("and of its token used many times at once, one writes", async () => {
		const { app, given } = await elevated();
		const answers = await Promise.all(Array.from({ length: 12 }, () => world.upload(given, "second")));
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
		assert.equal(await replaced(world, app), 1);
		assert.equal((await world.upload(given, "first")).status, 403, "there is no way back by it either");
	});

	test("and for other keys its token is worth nothing, and keeps its worth", async () => {
		const { app, acr, given } = await elevated();
		const other = await world.upload(given, "thief");
		assert.equal(other.status, 401);
		assert.notEqual(other.body["org.matrix.msc4363.acr_values"], acr);
		const { master_key, self_signing_key } = identityOf(app.userId, "second").body;
		const body = { master_key, self_signing_key };
		const part = { method: "POST", path: "keys/device_signing/upload", body } as const;
		assert.equal((await call(world.server.url, given.accessToken, part)).status, 401, "a part is other keys");
		assert.equal((await requestOf(world, acr)).state, "approved");
		assert.equal((await world.upload(given, "second")).status, 200);
		assert.equal(await replaced(world, app), 1);
	});

	test("and another device or person has nothing of it, with the same keys", async () => {
		const { browser, acr, app, given } = await elevated();
		const localpart = app.userId.slice(1).split(":")[0] ?? "";
		const tablet = await world.signIn(browser, localpart, { client_id: app.clientId });
		const asked = await world.upload(tablet, "second");
		assert.equal(asked.status, 401);
		assert.notEqual(asked.body["org.matrix.msc4363.acr_values"], acr);
		const stranger = await somebody();
		const foreign = { ...stranger.app, userId: app.userId };
		assert.equal((await world.upload(foreign, "second")).status, 400, "nobody uploads for another");
		assert.equal((await requestOf(world, acr)).state, "approved");
		assert.equal((await world.upload(given, "second")).status, 200);
	});

	test("and whoever refreshes has nothing, whatever they come with", async () => {
		const { app, acr, given } = await elevated();
		const { status, body } = await world.refresh(given);
		assert.equal(status, 200);
		assert.equal((await requestOf(world, acr)).end_reason, "token-refreshed");
		const fresh = { ...given, accessToken: body.access_token };
		assert.equal((await introspect(world, fresh)).acr, undefined);
		const again = await world.ask(fresh, "second");
		assert.notEqual(again, acr);
		assert.equal((await world.upload(given, "second")).status, 401, "nor with the token of the yes");
		assert.equal(await replaced(world, app), 0);
	});

	test("and of a use and a refresh at once one comes first, and both know which", async () => {
		for (let round = 0; round < 3; round++) {
			const { app, acr, given } = await elevated();
			const [used, refreshed] = await Promise.all([world.upload(given, "second"), world.refresh(given)]);
			assert.equal(refreshed.status, 200);
			const { state } = await requestOf(world, acr);
			assert.equal(state, used.status === 200 ? "spent" : "withdrawn");
			assert.equal(await replaced(world, app), used.status === 200 ? 1 : 0);
		}
	});

	test("and may be refused, which is a no to the request too", async () => {
		const { browser, app } = await somebody();
		const acr = await world.ask(app, "second");
		const page = await browser.open((await world.stepUp(app, acr)).url);
		const { left } = await browser.press(page, refusal);
		assert.deepEqual(
			[left?.searchParams.get("error"), left?.searchParams.get("code")],
			["access_denied", null],
		);
		assert.equal((await requestOf(world, acr)).state, "denied");
		const { body } = await world.upload(app, "second");
		assert.equal(body.errcode, "M_FORBIDDEN");
	});

	test("and a yes is worth nothing once the request is over; the session that asked goes on", async () => {
		const { browser, app } = await somebody();
		const acr = await world.ask(app, "second");
		const flow = await world.stepUp(app, acr);
		const { left } = await world.agree(browser, await browser.open(flow.url));
		const approvalPage = `/account/reset/${acr.slice("urn:countersign:acr:approved:".length)}`;
		await browser.press(await browser.open(approvalPage), refusal);
		const refused = await exchange(world, flow, left?.searchParams.get("code") ?? "");
		assert.deepEqual([refused.status, refused.body.error], [400, "invalid_grant"]);
		assert.equal((await requestOf(world, acr)).state, "denied");
		assert.equal((await world.upload(app, "first")).status, 200, "nothing of the session was touched");
	});

	test("and its code is worth one token: fifty at once are one winner, and a replay ends what it bought", async () => {
		const { browser, app } = await somebody();
		const acr = await world.ask(app, "second");
		const flow = await world.stepUp(app, acr);
		const { left } = await world.agree(browser, await browser.open(flow.url));
		const code = left?.searchParams.get("code") ?? "";
		const wrong = { code_verifier: "x".repeat(43) };
		assert.equal(
			(await exchange(world, flow, code, wrong)).status,
			400,
			"only who began it has the verifier",
		);
		const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(world, flow, code)));
		assert.equal(answers.filter(({ status }) => status === 200).length, 1);
		const won = answers.find(({ status }) => status === 200);
		const given = { ...app, accessToken: won?.body.access_token };
		assert.equal((await world.upload(given, "second")).body.errcode, "M_UNKNOWN_TOKEN");
		assert.equal(await replaced(world, app), 0);
	});

	test("and who names two requests, or one that cannot be read, or more beside it, gets no other page by it", async () => {
		const { browser, app } = await somebody();
		const [acr, other] = [await world.ask(app, "second"), await world.ask(app, "third")];
		for (const values of [`${acr} ${other}`, "urn:countersign:acr:approved:", `${acr}x`]) {
			const page = await browser.open((await world.stepUp(app, values)).url);
			assert.equal(page.title, "This request is over", values);
		}
		const beside = `urn:countersign:acr:one-factor ${acr} urn:unknown`;
		const page = await browser.open((await world.stepUp(app, beside)).url);
		assert.equal(page.title, "Replace your digital identity?");
	});
});

describe("somebody else steps up", () => {
	let world: StepUpWorld;
	before(async () => {
		world = await openStepUpWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	/** The page has no yes, and whoever sends one all the same is told that nothing came of it. */
	async function hasNothing(browser: FormBrowser, url: string, acr: string) {
		const page = await browser.open(url);
		assert.equal(page.title, "This request is over");
		assert.ok(!page.text.includes(agreement));
		const [form] = page.forms.filter(({ action }) => action === page.url.pathname);
		const body = new URLSearchParams({ ...form?.fields, password, decision: "approve" });
		const answered = await browser.send(page.url.href, { method: "POST", body });
		const told = new URL(answered.headers.get("location") ?? "about:blank").searchParams;
		assert.deepEqual([told.get("error"), told.get("code")], ["unmet_authentication_requirements", null]);
		assert.equal((await requestOf(world, acr)).state, "pending");
	}

	test("with a link of their own app: the phisher's client gets nothing, whoever agrees", async () => {
		const acr = await world.ask(world.app, "second");
		const phisher = await beginFlow(world.server, {}, { client_name: "Phisher" });
		assert.notEqual(phisher.clientId, world.app.clientId);
		const link = await world.stepUp({ ...world.app, clientId: phisher.clientId }, acr);
		await hasNothing(world.alice, link.url, acr);
	});

	test("with a link for another device, of the same app", async () => {
		const acr = await world.ask(world.app, "second");
		const tablet = await world.signIn(world.alice, "alice", { client_id: world.app.clientId });
		await hasNothing(world.alice, (await world.stepUp(tablet, acr)).url, acr);
		await hasNothing(
			world.alice,
			(await world.stepUp({ ...world.app, deviceId: "NOBODYSDEVICE" }, acr)).url,
			acr,
		);
	});

	test("with a link that another person opens", async () => {
		const acr = await world.ask(world.app, "second");
		const mallory = await world.server.register("mallory");
		await hasNothing(mallory, (await world.stepUp(world.app, acr)).url, acr);
	});

	test("with a stolen access token: whoever cannot sign in sees no page, and gets no code", async () => {
		const acr = await world.ask(world.app, "thief");
		const { url } = await world.stepUp(world.app, acr);
		const thief = world.server.browser();
		const page = await thief.open(url);
		assert.equal(page.title, "Sign in");
		assert.ok(!page.text.includes(agreement));
		const tried = await world.upload(world.app, "thief");
		assert.equal(tried.status, 401);
		assert.equal((await requestOf(world, acr)).state, "pending");
	});

	test("with a stolen browser besides: the page wants the password, and what is older does not do", async () => {
		await using own = await openStepUpWorld({ startedMsAgo: 6 * minute });
		own.advance(6 * minute);
		const { body } = await own.refresh(own.app);
		const app = { ...own.app, accessToken: body.access_token };
		const acr = await own.ask(app, "thief");
		const page = await own.alice.open((await own.stepUp(app, acr)).url);
		assert.equal(page.title, "Confirm it is you");
		const straight = await own.alice.open((await own.stepUp(app, acr, { max_age: undefined })).url);
		for (const [entered, status] of [
			[{}, 400],
			[{ password: "not this one" }, 403],
		] as const) {
			const refused = await own.alice.press(straight, agreement, entered);
			assert.deepEqual([refused.status, refused.left], [status, undefined]);
		}
		assert.equal((await requestOf(own, acr)).state, "pending");
	});

	test("with a link that asks for less: it is an ordinary sign-in, and the identity stays", async () => {
		const acr = await world.ask(world.app, "second");
		const flow = await world.stepUp(world.app, "urn:countersign:acr:one-factor");
		const page = await world.alice.open(flow.url);
		assert.equal(page.title, "Let this app sign in?");
		const { left } = await world.alice.press(page, "Allow");
		const { body } = await exchange(world, flow, left?.searchParams.get("code") ?? "");
		const signedIn = { ...world.app, accessToken: body.access_token };
		assert.equal((await introspect(world, signedIn)).acr, "urn:countersign:acr:one-factor");
		assert.equal((await world.upload(signedIn, "second")).status, 401);
		assert.equal((await requestOf(world, acr)).end_reason, "session-ended");
	});
});

test("a token of a step-up that is older than its time is worth nothing, nor is the one that follows it", async () => {
	await using world = await openStepUpWorld();
	const acr = await world.ask(world.app, "second");
	const given = await world.elevate(world.app, acr);
	world.advance(5 * minute);
	assert.equal((await world.upload(given, "second")).body.errcode, "M_UNKNOWN_TOKEN");
	const { body } = await world.refresh(given);
	assert.equal((await world.upload({ ...given, accessToken: body.access_token }, "second")).status, 401);
	assert.notEqual((await requestOf(world, acr)).state, "spent");
});

test("a password that is changed between the yes and its token makes the yes worth nothing", async () => {
	await using world = await openStepUpWorld();
	const acr = await world.ask(world.app, "second");
	const flow = await world.stepUp(world.app, acr);
	const { left } = await world.agree(world.alice, await world.alice.open(flow.url));
	await world.server.change("UPDATE accounts SET generation = generation + 1");
	const refused = await exchange(world, flow, left?.searchParams.get("code") ?? "");
	assert.deepEqual([refused.status, refused.body.error], [400, "invalid_grant"]);
	assert.equal((await requestOf(world, acr)).state, "pending");
	assert.equal((await world.upload(world.app, "second")).status, 401);
});

test("where it is off nothing is offered, and the context names nothing", async () => {
	await using world = await openStepUpWorld({ stepUp: false });
	const { status, body, headers } = await world.upload(world.app, "second");
	assert.equal(status, 401);
	assert.ok(!JSON.stringify(body).includes("msc4363") && !("errcode" in body));
	assert.equal(headers.get("www-authenticate"), null);
	const [row] = await world.server.rows("reset_requests");
	const flow = await world.stepUp(world.app, `urn:countersign:acr:approved:${row?.reference}`);
	const page = await world.alice.open(flow.url);
	assert.equal(page.title, "Let this app sign in?");
});
