/** Beside Synapse without the guard: the page opens Synapse's own window, and what it says of that is true. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registrationFile } from "../../src/homeserver/synapse/index.ts";
import { identityOf } from "../support/device-crypto.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { addressOf, objectionPath } from "../support/forms-under-attack.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import {
	call,
	fillSignIn,
	type LoggedInDevice,
	password,
	type RunningServer,
	startServer,
} from "../support/server.ts";
import { needsSynapse, type RunningSynapse, startSynapse } from "../support/synapse.ts";

const secret = "a-secret-of-both";
const label = "Allow it for ten minutes";
const whoami = { method: "GET", path: "account/whoami" };

describe("beside Synapse without the guard", needsSynapse, () => {
	let server: RunningServer;
	let synapse: RunningSynapse;
	/** How far the authorization server's clock is before that of Synapse. */
	let ahead = 0;

	before(async () => {
		const port = await lastingPort();
		const base = `http://127.0.0.1:${port}/`;
		const homeserver = { synapse: base, secret, publicBase: base, guard: false };
		server = await startServer({ homeserver, clock: () => Date.now() + ahead, email: mailNowhere });
		synapse = await startSynapse({
			...{ masEndpoint: server.url, secret, port },
			registration: { text: registrationFile({ serverName: "localhost", secret }) },
		});
	});
	after(async () => {
		await synapse?.[Symbol.asyncDispose]();
		await server?.close();
	});

	/** Somebody with an identity, a browser, and two devices. */
	async function person(localpart: string) {
		const browser = await server.register(localpart);
		const logIn = () => server.loginDevice({ localpart, browser, homeserver: synapse.base });
		const phone = await logIn();
		const first = await upload(phone, "first");
		assert.equal(first.status, 200, JSON.stringify(first.body));
		return { browser, phone, other: await logIn() };
	}

	const upload = (device: LoggedInDevice, identity: string) =>
		call(synapse.base, device.accessToken, {
			...{ method: "POST", path: "keys/device_signing/upload" },
			body: identityOf(device.userId, identity).body,
		});

	/** Where an app is sent because its keys are not taken. */
	async function sentTo(device: LoggedInDevice): Promise<string> {
		const { status, body } = await upload(device, "second");
		assert.equal(status, 401);
		return body.params["org.matrix.cross_signing_reset"].url;
	}

	const allow = (browser: FormBrowser, page: Page) =>
		browser.press(page, label, { understood: "yes", password });

	test("the page that Synapse names opens it, and the app's keys are taken", async () => {
		const { phone } = await person("alice");
		const browser = server.browser();
		const url = await sentTo(phone);
		const page = await fillSignIn(browser, await browser.open(url), "alice");
		assert.equal(page.title, "Reset your digital identity?");
		assert.equal((await upload(phone, "second")).status, 401, "a look opens nothing");
		const done = await allow(browser, page);
		assert.equal(done.title, "Your digital identity can be replaced now");
		assert.match(done.text, /authDone/);
		assert.equal((await upload(phone, "second")).status, 200);
		assert.equal((await upload(phone, "third")).status, 401, "a replaced identity ends it");
		const again = await browser.open("/account/reset");
		assert.equal(again.title, "Your digital identity was replaced");
		assert.equal((await allow(browser, again)).title, "Your digital identity can be replaced now");
		assert.equal((await upload(phone, "third")).status, 200);
	});

	test("any other device of the account can use it, as the page says", async () => {
		const { browser, phone, other } = await person("bob");
		const page = await browser.open(await sentTo(phone));
		assert.match(page.text, /any device signed in to your account/);
		await allow(browser, page);
		assert.equal((await upload(other, "not what was asked for")).status, 200);
	});

	test("whoever says that it was not them closes it: no app that is signed in can use it, and none signs in meanwhile", async () => {
		const { browser, phone, other } = await person("erin");
		await addressOf(server, "erin");
		await allow(browser, await browser.open(await sentTo(phone)));
		// Synapse remembers that the thief's token was good.
		const identity = () => upload(other, "of the thief");
		assert.equal((await call(synapse.base, other.accessToken, whoami)).status, 200);
		const link = await objectionPath(server, browser);
		const somewhere = server.browser();
		const asked = await somewhere.open(link);
		assert.match(asked.text, /Every app of this account is signed out by it/);
		assert.equal((await somewhere.press(asked, "This was not me")).title, "Done");
		assert.equal((await identity()).status, 401);
		// Who knows the password signs in anew, and gets no app in, nor opens it again.
		const again = await server.signIn("erin");
		const page = await again.open("/account/reset");
		assert.equal(page.title, "Nobody can replace your digital identity now");
		assert.doesNotMatch(page.text, /authDone/);
		const signIn = () => server.loginDevice({ localpart: "erin", browser: again, homeserver: synapse.base });
		await assert.rejects(signIn());
		ahead = 10 * 60_000;
		await assert.rejects(signIn(), "not at the very end, which is Synapse's to say");
		ahead = 11 * 60_000;
		const later = await signIn();
		assert.equal((await call(synapse.base, later.accessToken, whoami)).status, 200);
		ahead = 0;
	});

	test("while Synapse does not answer the page says so, and works when it does again", async () => {
		const { browser, phone } = await person("carol");
		const page = await browser.open(await sentTo(phone));
		await synapse.kill();
		const failed = await allow(browser, page);
		assert.equal(failed.status, 503);
		assert.match(failed.text, /did not answer/);
		assert.doesNotMatch(failed.text, /authDone/);
		await synapse.restart();
		assert.equal((await upload(phone, "second")).status, 401);
		ahead = 5_000;
		assert.equal((await allow(browser, failed)).title, "Your digital identity can be replaced now");
		assert.equal((await upload(phone, "second")).status, 200);
		ahead = 0;
	});

	test("whoever is named by Synapse already cannot be registered at the page", async () => {
		const dave = await fetch(new URL("_synapse/mas/provision_user", synapse.base), {
			method: "POST",
			headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
			body: JSON.stringify({ localpart: "dave" }),
		});
		assert.equal(dave.status, 201);
		const browser = server.browser();
		const page = await browser.open("/register");
		const refused = await browser.press(page, "Create account", { username: "dave", password });
		assert.equal(refused.status, 400);
		assert.match(refused.text, /This name is taken/);
	});
});
