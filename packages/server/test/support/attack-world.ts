import assert from "node:assert/strict";
import { identityOf } from "./device-crypto.ts";
import type { FormBrowser, Page } from "./form-browser.ts";
import { mailNowhere } from "./mail-nowhere.ts";
import {
	type Answer,
	type LoggedInDevice,
	password,
	type RunningServer,
	type ServerOptions,
	startServer,
} from "./server.ts";

/** The whole server, and Alice: her browser, her phone, and the identity "first" that somebody wants to replace. */
export interface AttackWorld {
	readonly server: RunningServer;
	readonly alice: FormBrowser;
	readonly phone: LoggedInDevice;
	now(): number;
	/** Moves the server's clock on, which stands otherwise. Access tokens expire by it: see `renew`. */
	advance(ms: number): void;
	/** The same device with fresh tokens. */
	renew(device: LoggedInDevice): Promise<LoggedInDevice>;
	/** Uploads the identity of that name, with these members of the body instead. */
	upload(device: LoggedInDevice, identity: string, instead?: Members): Promise<Answer>;
	/** Uploads an identity that needs an approval. */
	ask(device: LoggedInDevice, identity: string): Promise<Asked>;
	[Symbol.asyncDispose](): Promise<void>;
}

export type Members = Readonly<Record<string, unknown>>;
export type Decision = "approve" | "deny" | "reopen" | "sign-out-device";

/** Where an approval is asked for. */
export interface Asked {
	readonly uiaSession: string;
	/** The approval page. */
	readonly path: string;
}

export const uploadPath = "keys/device_signing/upload";

export async function openAttackWorld(options: ServerOptions = {}): Promise<AttackWorld> {
	let at = Date.now();
	const now = () => at;
	const server = await startServer({ clock: now, email: mailNowhere, ...options });
	const alice = await server.register("alice");
	const phone = await server.loginDevice({ localpart: "alice", browser: alice, deviceId: "PHONEALICE" });
	const upload: AttackWorld["upload"] = (device, identity, instead = {}) =>
		server.call(device, "POST", uploadPath, { ...identityOf(device.userId, identity).body, ...instead });
	assert.equal((await upload(phone, "first")).status, 200);
	return {
		...{ server, alice, phone, now, upload },
		advance(ms) {
			at += ms;
		},
		async renew(device) {
			const form = {
				grant_type: "refresh_token",
				client_id: device.clientId,
				refresh_token: device.refreshToken,
			};
			const answer = await postForm((await server.metadata()).token_endpoint, form);
			assert.equal(answer.status, 200, JSON.stringify(answer.body));
			const { access_token: accessToken, refresh_token: refreshToken } = answer.body;
			return { ...device, accessToken, refreshToken };
		},
		async ask(device, identity) {
			const { status, body } = await upload(device, identity);
			assert.equal(status, 401, JSON.stringify(body));
			return { uiaSession: body.session, path: new URL(body.params["m.oauth"].url).pathname };
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/**
 * Answers on an approval page with the password, through the form the page has for this answer or, where it offers
 * it no more, through one of its other forms: whoever holds the token of one form can send any answer.
 */
export async function decide(browser: FormBrowser, path: string, decision: Decision): Promise<Page> {
	return press(browser, await browser.open(path), decision);
}

/** The same on a page that was opened before. */
export async function press(browser: FormBrowser, page: Page, decision: Decision): Promise<Page> {
	const form = page.forms.find(({ action }) => action === page.url.pathname);
	assert.ok(form !== undefined, `${page.status} “${page.title}” has no form`);
	const body = new URLSearchParams({ ...form.fields, password, decision });
	const response = await browser.send(form.action, { method: "POST", body });
	const text = await response.text();
	if (response.status === 303) return browser.open(page.url.href);
	return { ...page, status: response.status, headers: response.headers, text, forms: [] };
}

/** Which of the identities of these names everybody is shown. */
export async function identityNow(
	server: RunningServer,
	device: LoggedInDevice,
	names: readonly string[],
): Promise<string | undefined> {
	const { body } = await server.call(device, "POST", "keys/query", { device_keys: { [device.userId]: [] } });
	const master: Members = body.master_keys[device.userId]?.keys ?? {};
	return names.find((name) => identityOf(device.userId, name).master.keyId in master);
}

/** Sends a form to an OAuth endpoint. */
export async function postForm(
	url: string,
	fields: Readonly<Record<string, string>>,
	headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
	const response = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers });
	const text = await response.text();
	return { status: response.status, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
}
