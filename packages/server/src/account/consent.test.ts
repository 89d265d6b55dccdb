import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseMatrixScope } from "@countersign/protocol";
import { formOf, openPagesWorld } from "../../test/support/pages-world.ts";
import { random } from "../../test/support/people-world.ts";
import type {
	AnsweredInteraction,
	Consent,
	InteractionDetails,
	InteractionOutcome,
	Interactions,
} from "../authorization/index.ts";
import { createConsentRoutes } from "./consent.ts";

const path = "/interaction/uid-1";
const toApp = "https://app.example/login?code=1";
const granted: AnsweredInteraction = { uid: "uid-1", decision: "granted", url: toApp, used: false };

function scope(text = "urn:matrix:client:api:* urn:matrix:client:device:DEVICEAAAA") {
	const parsed = parseMatrixScope(text);
	assert.ok(parsed.ok);
	return parsed.value;
}

const asked: InteractionDetails = {
	ok: true,
	uid: "uid-1",
	client: {
		id: "client-1",
		name: "Example App",
		uri: "https://app.example/",
		host: "app.example",
		logoUri: "https://app.example/logo.png",
		tosUri: "https://app.example/terms",
		policyUri: "javascript:alert(1)",
	},
	redirectUri: "https://app.example/login",
	redirectTarget: "https://app.example",
	scope: scope(),
	deviceKnown: false,
	prompt: "consent",
	createdAt: 0,
	expiresAt: Number.MAX_SAFE_INTEGER,
};

/** The consent page over real people, with an engine that notes what it is told. */
async function openConsent(changes: Partial<InteractionDetails> = {}, { openRegistration = true } = {}) {
	const world = await openPagesWorld();
	const accountId = await world.add("alice");
	const told: (Consent | "deny")[] = [];
	const engine = {
		details: { ...asked, ...changes } as Awaited<ReturnType<Interactions["details"]>>,
		outcome: { ok: true, answered: granted } as InteractionOutcome,
		/** What is remembered, and of which browser session. */
		answered: undefined as AnsweredInteraction | undefined,
		browsers: [] as string[],
	};
	const interactions: Interactions = {
		details: async () => engine.details,
		replaces: async () => (engine.answered === undefined ? engine.details : { ok: false, reason: "gone" }),
		async grant(_pair, consent) {
			told.push(consent);
			return engine.outcome;
		},
		async deny(_pair, { browser }) {
			told.push("deny");
			engine.browsers.push(browser);
			return engine.outcome;
		},
		async answered(_pair, { browser }) {
			engine.browsers.push(browser);
			return engine.answered;
		},
	};
	const people = { ...world.people, openRegistration };
	const unasked = async () => {
		throw new Error("no app steps up here");
	};
	const homeserver = { deviceNames: unasked, identityOf: unasked, keysIn: unasked };
	const sessions = { listOf: unasked, room: async () => [] };
	world.app.route("/", createConsentRoutes({ ...world, people, interactions, homeserver, sessions, random }));
	const alice = world.browser();
	assert.equal((await alice.signIn("alice")).status, 303);
	return { ...world, world, accountId, told, engine, alice };
}

describe("who comes to the consent page", () => {
	test("without being signed in goes to sign in, with the name the app suggests, and comes back", async () => {
		const it = await openConsent({ loginHint: "@alice:localhost" });
		await using _ = it.world;
		const stranger = it.world.browser();
		const { status, location } = await stranger.get(path);
		assert.equal(status, 303);
		assert.equal(location, `/login?${new URLSearchParams({ next: path, username: "@alice:localhost" })}`);
		const posted = await stranger.post(path, { decision: "approve" });
		assert.equal(posted.location, `/login?${new URLSearchParams({ next: path })}`);
		assert.deepEqual(it.told, []);
	});

	test("to create an account is shown registration first", async () => {
		const it = await openConsent({ prompt: "create" });
		await using _ = it.world;
		const { location } = await it.world.browser().get(path);
		assert.equal(location, `/register?${new URLSearchParams({ next: `${path}?offered=1` })}`);
		it.engine.details = { ...asked, prompt: "create", loginHint: "@newcomer:localhost" };
		const hinted = await it.world.browser().get(path);
		const form = await it.world.browser().get(hinted.location ?? "");
		assert.match(form.text, /name="username"[^>]*value="newcomer"/);
	});

	test("with a sign-in older than the app accepts enters the password again", async () => {
		const it = await openConsent();
		await using _ = it.world;
		it.engine.details = { ...asked, proofNeededSince: it.world.clock() + 1 };
		const again = `/login?${new URLSearchParams({ fresh: "1", next: path })}`;
		assert.equal((await it.alice.get(path)).location, again);
		it.engine.details = { ...asked, proofNeededSince: it.world.clock() };
		assert.equal((await it.alice.get(path)).status, 200);
		it.world.advance(-5_001);
		assert.equal((await it.alice.get(path)).location, again, "the clock was put back");
	});

	test("without a cookie the reason may be that the browser keeps none", async () => {
		const it = await openConsent();
		await using _ = it.world;
		it.engine.details = { ok: false, reason: "gone" };
		const page = await it.world.browser().get(path);
		assert.equal(page.status, 404);
		assert.match(page.text, /This sign-in is over[\s\S]*This browser sent no cookie/);
		assert.doesNotMatch((await it.alice.get(path)).text, /cookie/);
	});

	test("too late, or from another browser, is told that it is over, in the same words", async () => {
		const it = await openConsent();
		await using _ = it.world;
		const { csrf = "" } = formOf((await it.alice.get(path)).text, path).hidden;
		it.engine.details = { ok: false, reason: "gone" };
		it.engine.outcome = { ok: false, reason: "gone" };
		const gone = await it.alice.get(path);
		const late = await it.alice.post(path, { csrf, decision: "approve" });
		it.engine.details = { ...asked, uid: "uid-2" };
		it.engine.answered = { ...granted, uid: "uid-2" };
		it.engine.outcome = { ok: true, answered: it.engine.answered };
		const foreign = await it.alice.get(path);
		const forced = await it.alice.post(path, { csrf, decision: "approve" });
		for (const page of [gone, late, foreign, forced]) {
			assert.equal(page.status, 404);
			assert.match(page.text, /This sign-in is over/);
			assert.doesNotMatch(page.text, /Example App/);
			assert.doesNotMatch(page.text, /code=/);
		}
	});
});

describe("the consent page", () => {
	test("shows facts as facts and what the app claims as claims, and loads nothing of the app's", async () => {
		const it = await openConsent();
		await using _ = it.world;
		const page = await it.alice.get(path);
		assert.match(page.text, /calls itself <strong>“<bdi>Example App<\/bdi>”<\/strong>/);
		assert.match(page.text, /<dt>Address<\/dt><dd><strong>app\.example<\/strong>/);
		assert.match(page.text, /@alice:localhost/);
		assert.match(page.text, /DEVICEAAAA/);
		assert.match(page.text, /href="https:\/\/app\.example\/terms" rel="noopener noreferrer nofollow"/);
		assert.match(
			page.text,
			/read and send messages as you[\s\S]*stay signed in until you sign it out on your account page[\s\S]*It never sees your password/,
		);
		assert.doesNotMatch(page.text, /<img|logo\.png|javascript:/);
		assert.match(
			page.headers.get("content-security-policy") ?? "",
			/form-action 'self' https:\/\/app\.example;/,
		);
	});

	test("believes no program on this device about the site it is from", async () => {
		for (const [redirectUri, redirectTarget, shown] of [
			["http://127.0.0.1:4711/cb", "http://127.0.0.1:4711", "127.0.0.1:4711"],
			["example.app:/cb", "example.app:", "example.app:"],
		] as const) {
			const it = await openConsent({ redirectUri, redirectTarget });
			await using _ = it.world;
			const page = await it.alice.get(path);
			assert.match(page.text, /<dt>Says it is from<\/dt>/);
			assert.doesNotMatch(page.text, /<dt>Address<\/dt>/);
			assert.ok(page.text.includes(`<code>${shown}</code>`));
			const policy = page.headers.get("content-security-policy") ?? "";
			assert.ok(policy.includes(`form-action 'self' ${redirectTarget};`), policy);
		}
	});

	test("shows no invisible, reordering or active text of an app", async () => {
		const name = '<script>alert(1)</script>\u202eknaB\u200b" onload="x';
		const it = await openConsent({ client: { ...asked.client, name }, loginHint: "<b>bob\u202e</b>" });
		await using _ = it.world;
		const { text } = await it.alice.get(path);
		assert.doesNotMatch(text, /<script|<b>bob|\u202e|\u200b|" onload=/);
		assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;knaB/);
	});

	test("warns when the device is there already, when it asks to administer, and when another account was meant", async () => {
		const it = await openConsent({
			deviceKnown: true,
			loginHint: "bob",
			scope: scope(`${scope().tokens.join(" ")} urn:synapse:admin:*`),
		});
		await using _ = it.world;
		const { text } = await it.alice.get(path);
		assert.match(text, /You already have this device/);
		assert.match(text, /It asks to administer this server/);
		assert.match(text, /Only administrators of this server can let it in, and you are not one of them/);
		assert.doesNotMatch(text, /value="approve"/);
		assert.match(text, /The app asked for <strong><bdi>@bob:localhost<\/bdi><\/strong>/);
		it.engine.details = { ...asked, loginHint: "alice" };
		const calm = await it.alice.get(path);
		assert.doesNotMatch(calm.text, /already have|administer|signed in with another account/);
	});

	test("offers the new account first that the app asked for, though somebody is signed in", async () => {
		const it = await openConsent({ prompt: "create" });
		await using _ = it.world;
		const page = await it.alice.get(path);
		assert.match(page.text, /The app asked for a new account/);
		const [offer, allow] = [/>Make a new account</, />Allow</].map((words) => page.text.search(words));
		assert.ok(offer !== undefined && allow !== undefined && offer > 0 && offer < allow);
		assert.equal(page.text.match(/class="button primary"/g)?.length, 1, "one is suggested");
		const left = await it.alice.fill(path, {}, "/logout");
		const back = `${path}?offered=1`;
		assert.equal(left.location, `/register?${new URLSearchParams({ next: back })}`);
		const bob = { username: "bob", password: "correct horse battery staple" };
		const made = await it.alice.fill(left.location ?? "", bob, "/register");
		assert.equal(made.location, back);
		const asBob = await it.alice.get(back);
		assert.match(asBob.text, /@bob:localhost/);
		assert.doesNotMatch(asBob.text, /asked for a new account/, "that is what they have now");
		await it.alice.fill(back, { decision: "approve" }, path);
		assert.equal(it.told.length, 1);
	});

	test("lets who is signed in keep to their account, though the app asked for a new one", async () => {
		const it = await openConsent({ prompt: "create" });
		await using _ = it.world;
		const done = await it.alice.fill(path, { decision: "approve" }, path);
		assert.equal(done.location, toApp);
		assert.deepEqual(
			it.told.map((each) => each !== "deny" && each.accountId),
			[it.accountId],
		);
	});

	test("says so when the app asked for a new account and nobody can make one", async () => {
		const it = await openConsent({ prompt: "create" }, { openRegistration: false });
		await using _ = it.world;
		const { text } = await it.alice.get(path);
		assert.match(text, /The app asked for a new account/);
		assert.match(text, /cannot make one themselves/);
		assert.doesNotMatch(text, /Make a new account/);
	});

	test("leads to another account and back", async () => {
		const it = await openConsent();
		await using _ = it.world;
		const left = await it.alice.fill(path, {}, "/logout");
		assert.equal(left.location, `/login?${new URLSearchParams({ next: path })}`);
		assert.equal((await it.alice.get(path)).status, 303, "nobody is signed in now");
	});
});

describe("answering", () => {
	test("Allow grants to the person the page was shown to, and leads to the app", async () => {
		const it = await openConsent();
		await using _ = it.world;
		const provedAt = it.world.clock();
		it.world.advance(60_000);
		const done = await it.alice.fill(path, { decision: "approve" }, path);
		assert.equal(done.status, 303);
		assert.equal(done.location, toApp);
		const [consent] = it.told;
		assert.ok(consent !== undefined && consent !== "deny" && consent.browser.length > 20);
		assert.deepEqual(consent, {
			...{ accountId: it.accountId, generation: 0, provedAt, provedHow: "password" },
			...{ browser: consent.browser, address: "192.0.2.7" },
		});
	});

	test("an app that opens beside the browser is opened by the page that follows, which asks no more", async () => {
		const it = await openConsent();
		await using _ = it.world;
		const url = "org.example.app:/cb?code=1&state=s";
		it.engine.outcome = { ok: true, answered: { ...granted, url } };
		const done = await it.alice.fill(path, { decision: "approve" }, path);
		assert.equal(done.location, path);
		it.engine.details = { ok: false, reason: "gone" };
		it.engine.answered = { ...granted, url };
		const page = await it.alice.get(path);
		assert.deepEqual([page.status, page.text.includes("<form")], [200, false]);
		assert.match(page.text, /<h1>Allowed<\/h1>/);
		const address = "org.example.app:/cb?code=1&amp;state=s";
		assert.ok(page.text.includes(`<meta http-equiv="refresh" content="0;url=${address}">`));
		assert.ok(page.text.includes(`href="${address}"`));
		assert.match(page.headers.get("cache-control") ?? "", /no-store/);
	});

	test("told again, a website is linked to and not gone to by itself, and what is used up is not linked to", async () => {
		const it = await openConsent();
		await using _ = it.world;
		it.engine.details = { ok: false, reason: "gone" };
		it.engine.answered = granted;
		const again = await it.alice.get(path);
		assert.ok(again.text.includes(`href="${toApp}"`));
		assert.doesNotMatch(again.text, /http-equiv="refresh"/);
		it.engine.answered = { ...granted, url: "org.example.app:/cb?code=1", used: true };
		const used = await it.alice.get(path);
		assert.match(used.text, /<h1>Allowed<\/h1>/);
		assert.doesNotMatch(used.text, /code=1|http-equiv="refresh"/);
		it.engine.answered = { ...granted, decision: "refused", url: "https://app.example/login?error=x" };
		assert.match((await it.alice.get(path)).text, /<h1>Refused<\/h1>/);
	});

	test("the answer is told again to the browser session that asks for it, and to nobody signed out", async () => {
		const it = await openConsent();
		await using _ = it.world;
		it.engine.details = { ok: false, reason: "gone" };
		it.engine.answered = granted;
		const stranger = await it.world.browser().get(path);
		assert.deepEqual([stranger.status, it.engine.browsers], [404, []]);
		await it.alice.get(path);
		it.engine.details = asked;
		it.engine.answered = undefined;
		await it.alice.fill(path, { decision: "approve" }, path);
		const consent = it.told.find((each) => each !== "deny");
		assert.deepEqual(new Set(it.engine.browsers), new Set([consent?.browser]));
	});

	test("Cancel says so to the app", async () => {
		const it = await openConsent();
		await using _ = it.world;
		assert.equal((await it.alice.fill(path, { decision: "deny" }, path)).location, toApp);
		assert.deepEqual(it.told, ["deny"]);
	});

	test("neither, both, or by a link does nothing", async () => {
		const it = await openConsent();
		await using _ = it.world;
		await it.alice.get(`${path}?decision=approve`);
		const { csrf = "" } = formOf((await it.alice.get(path)).text, path).hidden;
		assert.equal((await it.alice.post(path, { csrf })).status, 400);
		assert.equal((await it.alice.post(path, { csrf, decision: "maybe" })).status, 400);
		const twice = "decision=approve&decision=deny";
		const both = await it.world.app.request(
			path,
			{
				method: "POST",
				body: `csrf=${csrf}&${twice}`,
				headers: {
					"content-type": "application/x-www-form-urlencoded",
					cookie: [...it.alice.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
				},
			},
			{ address: "192.0.2.7" },
		);
		assert.equal(both.status, 400);
		assert.deepEqual(it.told, []);
	});

	test("takes the form of this very page: none of another sign-in, another person or another site", async () => {
		const it = await openConsent();
		await using _ = it.world;
		await it.world.add("mallory");
		const mallory = it.world.browser();
		await mallory.signIn("mallory");
		const hers = formOf((await mallory.get(path)).text, path).hidden.csrf ?? "";
		const own = formOf((await it.alice.get(path)).text, path).hidden.csrf ?? "";
		it.engine.details = { ...asked, uid: "uid-2" };
		const other =
			formOf((await it.alice.get("/interaction/uid-2")).text, "/interaction/uid-2").hidden.csrf ?? "";
		it.engine.details = asked;
		for (const csrf of ["", "AAAA", hers, other]) {
			assert.equal((await it.alice.post(path, { csrf, decision: "approve" })).status, 403);
		}
		const fields = { csrf: own, decision: "approve" };
		assert.equal((await it.alice.post(path, fields, { "sec-fetch-site": "cross-site" })).status, 403);
		assert.equal((await it.alice.post(path, fields, { origin: "https://evil.example" })).status, 403);
		assert.deepEqual(it.told, []);
		assert.equal((await it.alice.post(path, fields)).status, 303, "the own form works");
	});

	test("too old a proof leads to the password and back; an interaction that ended meanwhile is over", async () => {
		const it = await openConsent();
		await using _ = it.world;
		it.engine.outcome = { ok: false, reason: "proof-needed" };
		const stale = await it.alice.fill(path, { decision: "approve" }, path);
		assert.equal(stale.location, `/login?${new URLSearchParams({ fresh: "1", next: path })}`);
		it.engine.outcome = { ok: false, reason: "gone" };
		assert.equal((await it.alice.fill(path, { decision: "approve" }, path)).status, 404);
	});
});
