import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { createDeviceId } from "@countersign/client";
import { type Members, postForm } from "./attack-world.ts";
import type { FormBrowser, Page } from "./form-browser.ts";
import { apiScope, registerClient } from "./oauth-flow.ts";
import { type Answer, fillSignIn, password, type RunningServer } from "./server.ts";

export const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code";

/** A device without a browser that waits to be signed in. */
export interface WaitingDevice {
	readonly clientId: string;
	readonly deviceId: string;
	readonly deviceCode: string;
	/** `BCDF-GHJK`. */
	readonly userCode: string;
	/** Asks the token endpoint, with these fields changed. */
	poll(changes?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Registers a client of the device grant alone; members as for `registerClient`. */
export async function registerDeviceClient(
	server: Pick<RunningServer, "url">,
	changes: Members = {},
): Promise<string> {
	const { status, body } = await registerClient(server, {
		client_name: "Television",
		client_uri: "https://tv.example/",
		redirect_uris: undefined,
		response_types: [],
		grant_types: [deviceGrantType, "refresh_token"],
		...changes,
	});
	assert.equal(status, 201, JSON.stringify(body));
	return body.client_id;
}

/** Sends the form to the device authorization endpoint. */
export function askDevice(
	server: Pick<RunningServer, "url">,
	form: Readonly<Record<string, string>>,
	headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
	return postForm(`${server.url}oauth2/device`, form, headers);
}

/** A device that has asked. */
export async function waitingDevice(
	server: Pick<RunningServer, "url">,
	asked: {
		readonly deviceId?: string;
		readonly moreScope?: string;
		readonly client?: Members;
		readonly agent?: string;
		readonly loginHint?: string;
	} = {},
): Promise<WaitingDevice> {
	const { deviceId = createDeviceId(), moreScope = "", agent, loginHint } = asked;
	const clientId = await registerDeviceClient(server, asked.client);
	const scope = `${apiScope} urn:matrix:client:device:${deviceId} ${moreScope}`.trim();
	const headers = agent === undefined ? {} : { "user-agent": agent };
	const form = { client_id: clientId, scope, ...(loginHint !== undefined && { login_hint: loginHint }) };
	const { status, body } = await askDevice(server, form, headers);
	assert.equal(status, 200, JSON.stringify(body));
	const { device_code: deviceCode, user_code: userCode } = body;
	return {
		...{ clientId, deviceId, deviceCode, userCode },
		poll: (changes = {}) =>
			postForm(`${server.url}oauth2/token`, {
				grant_type: deviceGrantType,
				client_id: clientId,
				device_code: deviceCode,
				...changes,
			}),
	};
}

/** Asks from 127.0.0.2, which is another network than that of every browser here; the user code. */
export async function waitingElsewhere(server: RunningServer): Promise<string> {
	const clientId = await registerDeviceClient(server);
	const form = new URLSearchParams({
		client_id: clientId,
		scope: `${apiScope} urn:matrix:client:device:${createDeviceId()}`,
	});
	const asking = request({
		...{ host: "127.0.0.1", port: server.port, localAddress: "127.0.0.2" },
		...{ method: "POST", path: "/oauth2/device" },
		headers: { "content-type": "application/x-www-form-urlencoded", "user-agent": "Television/2.0" },
	});
	asking.end(form.toString());
	const [response] = await once(asking, "response");
	const { user_code: userCode } = JSON.parse(await text(response));
	return userCode;
}

/** Enters a code, after signing in where that is asked for; the page that follows. */
export async function enterCode(browser: FormBrowser, code: string, localpart = "alice"): Promise<Page> {
	let page = await browser.open("/link");
	if (page.url.pathname === "/login") page = await fillSignIn(browser, page, localpart);
	return browser.press(page, "Continue", { code });
}

/** Enters a code and allows the device, as somebody who is sure; the page that follows. */
export async function allowDevice(browser: FormBrowser, code: string): Promise<Page> {
	return browser.press(await enterCode(browser, code), "Allow", { own: "yes", password });
}

export async function refuseDevice(browser: FormBrowser, code: string): Promise<Page> {
	return browser.press(await enterCode(browser, code), /refuse$/);
}
