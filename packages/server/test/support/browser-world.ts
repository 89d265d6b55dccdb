import { processRefreshResponse, refreshRequest } from "@countersign/client";
import type { Page } from "playwright-core";
import { type Chromium, launchChromium } from "./chromium.ts";
import { deviceKeys, identityOf, onlySignature, signer } from "./device-crypto.ts";
import { startMailServer, type TestMailServer } from "./mail-server.ts";
import {
	type Answer,
	type DeviceLogin,
	type LoggedInDevice,
	password,
	type RunningServer,
	type ServerOptions,
	startServer,
} from "./server.ts";

/** The whole server with a clock that can be moved, a real browser, and apps that hold identities. */
export interface BrowserWorld {
	readonly server: RunningServer;
	readonly chromium: Chromium;
	/** Where its letters arrive. */
	readonly mails: TestMailServer;
	advance(ms: number): void;
	/** An app signed in on a device, its device keys uploaded. */
	app(login: DeviceLogin): Promise<App>;
	/** Registers a person whose app, signed in half an hour ago, has an identity called "first". */
	person(localpart: string): Promise<App>;
	/** A window in which the person is signed in. */
	signedIn(localpart: string, options?: Parameters<Chromium["window"]>[0]): Promise<Page>;
	[Symbol.asyncDispose](): Promise<void>;
}

export interface App {
	readonly userId: string;
	readonly deviceId: string;
	accessToken(): Promise<string>;
	call(method: string, path: string, body?: unknown): Promise<Answer>;
	/** Uploads an identity of that name. */
	upload(identity: string, auth?: unknown): Promise<Answer>;
	/** Uploads it and returns what an app is asked to open, or throws where nothing is asked. */
	ask(identity: string): Promise<Challenge>;
	/** What an app does once its keys are taken: signs its device with them. */
	finish(identity: string): Promise<void>;
}

interface Challenge {
	readonly url: string;
	readonly session: string;
}

/** Access tokens are renewed when the clock has moved this far. */
const renewAfterMs = 4 * 60_000;
const longAgoMs = 30 * 60_000;

export async function openBrowserWorld(
	options: Pick<ServerOptions, "stepUp" | "upstream"> = {},
): Promise<BrowserWorld> {
	let ahead = 0;
	const clock = () => Date.now() + ahead;
	const mails = await startMailServer();
	const server = await startServer({ clock, email: mails.config, ...options });
	const chromium = await launchChromium();
	const app: BrowserWorld["app"] = (login) => openApp(server, clock, login);
	return {
		...{ server, chromium, mails, app },
		advance(ms) {
			ahead += ms;
		},
		async person(localpart) {
			const browser = await server.register(localpart);
			const own = await app({ localpart, deviceId: `PHONEOF${localpart.toUpperCase()}`, browser });
			const first = await own.upload("first");
			if (first.status !== 200) throw new Error(`no identity: ${first.status}`);
			await own.finish("first");
			ahead += longAgoMs;
			return own;
		},
		async signedIn(localpart, options) {
			const page = await chromium.window(options);
			await page.goto(`${server.url}login`);
			await signIn(page, localpart);
			await page.waitForURL("**/account/");
			return page;
		},
		async [Symbol.asyncDispose]() {
			await chromium.close();
			await server.close();
			await mails.close();
		},
	};
}

/** Fills in the sign-in page that is open. */
export async function signIn(page: Page, localpart: string): Promise<void> {
	const name = page.getByLabel("User name");
	if (await name.isEditable()) await name.fill(localpart);
	await page.getByLabel("Password").fill(password);
	await page.getByRole("button", { name: /^(Sign in|Continue)$/ }).click();
}

/** Gives the answer of that name on the approval page that is open, the first of it, with the password where asked for. */
export async function answer(page: Page, label: RegExp): Promise<void> {
	const form = page.locator("form", { has: page.getByRole("button", { name: label }) }).first();
	const field = form.getByLabel("Your password");
	if ((await field.count()) > 0) await field.fill(password);
	await form.getByRole("button", { name: label }).click();
}

export const approveLabel = /^Replace my digital identity$/;
export const refuseLabel = /refuse$/;

/** Waits for the page with this heading, not one that has it in its own; reloads of the page itself are sat out. */
export async function heading(page: Page, title: string | RegExp): Promise<void> {
	await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}

async function openApp(server: RunningServer, clock: () => number, login: DeviceLogin): Promise<App> {
	const { userId, deviceId, clientId, ...first } = await server.loginDevice(login);
	const metadata = await server.metadata();
	let tokens: Pick<LoggedInDevice, "accessToken" | "refreshToken"> = first;
	let renewAt = clock() + renewAfterMs;
	const accessToken = async () => {
		if (clock() < renewAt) return tokens.accessToken;
		const { refreshToken } = tokens;
		const renewed = await processRefreshResponse(await refreshRequest(metadata, { clientId, refreshToken }));
		tokens = { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken };
		renewAt = clock() + renewAfterMs;
		return tokens.accessToken;
	};
	const call: App["call"] = async (...request) =>
		server.call({ accessToken: await accessToken() }, ...request);
	const device = deviceKeys(userId, deviceId, signer(`${userId}/${deviceId}`, deviceId));
	await call("POST", "keys/upload", { device_keys: device });
	const upload: App["upload"] = (identity, auth) =>
		call("POST", "keys/device_signing/upload", { ...identityOf(userId, identity).body, auth });
	return {
		...{ userId, deviceId, accessToken, call, upload },
		async ask(identity) {
			const { status, body } = await upload(identity);
			if (status !== 401) throw new Error(`not asked for approval: ${status} ${JSON.stringify(body)}`);
			return { url: body.params["m.oauth"].url, session: body.session };
		},
		async finish(identity) {
			const signed = onlySignature(device, userId, identityOf(userId, identity).selfSigning);
			const { status } = await call("POST", "keys/signatures/upload", { [userId]: { [deviceId]: signed } });
			if (status !== 200) throw new Error(`the device is not signed: ${status}`);
		},
	};
}
