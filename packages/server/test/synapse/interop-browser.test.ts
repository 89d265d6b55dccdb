/**
 * People with Chromium before a real Synapse and nginx: registering, signing an app in, and the whole reset by the
 * window that a web app opens, on another origin than the app, the account pages or the homeserver.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { answer, approveLabel, heading, signIn } from "../support/browser-world.ts";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { deviceKeys, identityOf, onlySignature, signer } from "../support/device-crypto.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { type SdkSignIn, signInBySdk } from "../support/js-sdk-sign-in.ts";
import { readIdentity } from "../support/published-identity.ts";
import { type LoggedInDevice, password } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";
import { startWebApp, type WebApp } from "../support/web-app.ts";

const needed = { skip: needsSynapseBehind("nginx").skip || needsChromium.skip || jsSdk.skip };

describe("in a browser, beside Synapse and behind nginx", needed, () => {
	let world: SynapseWorld;
	let chromium: Chromium;
	let webApp: WebApp;
	const open: (() => Promise<void>)[] = [];

	before(async () => {
		world = await openSynapseWorld();
		open.push(() => world[Symbol.asyncDispose]());
		chromium = await launchChromium();
		open.push(() => chromium.close());
		webApp = await startWebApp();
		open.push(() => webApp[Symbol.asyncDispose]());
	});
	after(async () => {
		for (const close of open.reverse()) await close();
	});

	for (const kind of ["web", "native"] as const) {
		test(`a person registers on the way into a ${kind} app, and signs in to it again`, async () => {
			const localpart = `of.${kind}`;
			const registered = await signInWith(kind, "create", async (page) => {
				await heading(page, "Create an account");
				await page.getByLabel("User name").fill(localpart);
				await page.getByLabel("Password").fill(password);
				await page.getByRole("button", { name: "Create account" }).click();
			});
			const again = await signInWith(kind, undefined, async (page) => {
				await heading(page, "Sign in");
				await signIn(page, localpart);
			});
			for (const { userId, deviceId, accessToken } of [registered, again]) {
				assert.equal(userId, `@${localpart}:localhost`);
				const { body } = await world.call({ accessToken }, "GET", "devices");
				const ids = body.devices.map(({ device_id }: { readonly device_id: string }) => device_id);
				assert.ok(ids.includes(deviceId));
			}
			assert.deepEqual(chromium.complaints(), []);
		});
	}

	/** The library signs in; a person with a window of their own does this, and allows it. */
	function signInWith(
		kind: SdkSignIn["kind"],
		prompt: SdkSignIn["prompt"],
		arrive: (page: Page) => Promise<void>,
	) {
		return signInBySdk({
			...{ homeserver: world.homeserver, kind, ...(prompt && { prompt }) },
			async walk(url) {
				const page = await chromium.window();
				// Nobody answers there: where the browser is sent is what the app gets.
				const back = page.waitForRequest((request) => new URL(request.url()).pathname === "/signed-in");
				await page.goto(url);
				await arrive(page);
				await heading(page, "Let this app sign in?");
				await page.getByRole("button", { name: "Allow" }).click();
				const redirect = await (await back).redirectedFrom()?.response();
				// The request has no fragment any more.
				const left = new URL((await redirect?.headerValue("location")) ?? "");
				await page.context().close();
				return left;
			},
		});
	}

	for (const [name, localpart, fallback] of [
		["by popup", "popup", undefined],
		[
			"by the fallback page of older apps",
			"older",
			"/_matrix/client/r0/auth/org.matrix.cross_signing_reset/fallback/web",
		],
	] as const) {
		test(`an identity is reset ${name}, and the app on another origin is told that it may go on`, async () => {
			const device = await deviceWithIdentity(localpart);
			const own = await chromium.window();
			const popup = await openPage(own, device, fallback);
			await heading(popup, "Sign in");
			await signIn(popup, localpart);
			await heading(popup, "Replace your digital identity?");
			assert.equal(originOf(popup), new URL(world.accounts).origin);
			await said(own, " 401");
			await answer(popup, approveLabel);
			await said(own, " 401 authDone 200");
			const next = identityOf(device.userId, `${localpart}/next`);
			if (fallback !== undefined) {
				await heading(popup, "You approved");
				assert.equal(originOf(popup), new URL(world.homeserver).origin);
				await popup.getByRole("link", { name: /what becomes of your approval/ }).click();
			}
			await heading(popup, "Almost done: the app is finishing");
			await signDevice(device, `${localpart}/next`);
			await heading(popup, "Your digital identity is replaced");
			const { masterKey, signedDevices } = await readIdentity(world.homeserver, device);
			assert.equal(masterKey, next.master.publicKey);
			assert.deepEqual(signedDevices, [device.deviceId]);
			assert.deepEqual(chromium.complaints(), []);
			await own.context().close();
		});
	}

	/** The app's window, its upload refused, and the window that it opens then. */
	async function openPage(own: Page, device: LoggedInDevice, fallback: string | undefined): Promise<Page> {
		const { userId, accessToken } = device;
		const { body: keys } = identityOf(userId, `${userId.slice(1).split(":")[0]}/next`);
		const knows = { homeserver: world.homeserver, accessToken, keys, ...(fallback && { fallback }) };
		await own.goto(webApp.address(knows));
		await own.getByRole("button", { name: "Reset my identity" }).click();
		await said(own, " 401");
		const opened = own.waitForEvent("popup");
		await own.getByRole("button", { name: "Go to your account" }).click();
		return opened;
	}

	/** A new person's device that an identity of theirs has signed. */
	async function deviceWithIdentity(localpart: string): Promise<LoggedInDevice> {
		const device = await world.loginDevice({ localpart, browser: await world.register(localpart) });
		await expectTaken(world.call(device, "POST", "keys/upload", { device_keys: keysOf(device) }));
		const { body } = identityOf(device.userId, `${localpart}/first`);
		await expectTaken(world.call(device, "POST", "keys/device_signing/upload", body));
		await signDevice(device, `${localpart}/first`);
		return device;
	}

	async function signDevice(device: LoggedInDevice, identity: string): Promise<void> {
		const { userId, deviceId } = device;
		const signed = onlySignature(keysOf(device), userId, identityOf(userId, identity).selfSigning);
		const body = { [userId]: { [deviceId]: signed } };
		await expectTaken(world.call(device, "POST", "keys/signatures/upload", body));
	}
});

function keysOf({ userId, deviceId }: LoggedInDevice) {
	return deviceKeys(userId, deviceId, signer(`${userId}/${deviceId}`, deviceId));
}

async function expectTaken(asked: ReturnType<SynapseWorld["call"]>): Promise<void> {
	const { status, body } = await asked;
	assert.equal(status, 200, JSON.stringify(body));
}

function originOf(page: Page): string {
	return new URL(page.url()).origin;
}

/** Waits until the app's log reads so. */
async function said(own: Page, log: string): Promise<void> {
	await own.locator("#said").getByText(log.trim(), { exact: true }).waitFor();
}
