import assert from "node:assert/strict";
import { identityOf } from "./device-crypto.ts";
import type { FormBrowser, Page } from "./form-browser.ts";
import { apiScope, beginFlow, codeOf, exchange, type Flow } from "./oauth-flow.ts";
import { type Answer, call, type RunningServer, type ServerOptions, startServer } from "./server.ts";

/** An app of Alice's, signed in, with an identity that somebody wants to replace. */
export interface StepUpWorld extends AsyncDisposable {
	readonly server: RunningServer;
	readonly alice: FormBrowser;
	readonly app: App;
	now(): number;
	/** Moves the server's clock on. */
	advance(ms: number): void;
	/** Signs another app in, of its own client and on its own device unless told otherwise. */
	signIn(browser: FormBrowser, localpart: string, changes?: Changes): Promise<App>;
	/** Uploads the identity of that name. */
	upload(app: Pick<App, "accessToken" | "userId">, identity: string): Promise<Answer>;
	/** Uploads one that has to be approved: the authentication context that is asked for. */
	ask(app: App, identity: string): Promise<string>;
	/** What a browser is sent to for this context, by this app unless told otherwise. */
	stepUp(app: App, acr: string, changes?: Changes): Promise<Flow>;
	/** Agrees on the page. */
	agree(browser: FormBrowser, page: Page): Promise<Page>;
	/** The whole of it: the app with the token that the yes bought. */
	elevate(app: App, acr: string, browser?: FormBrowser): Promise<App>;
	refresh(app: App): Promise<Answer>;
	/** Starts it again with `step_up` turned off. */
	turnOff(): Promise<void>;
}

type Changes = Readonly<Record<string, string | undefined>>;

export interface App extends Pick<Flow, "clientId" | "deviceId"> {
	readonly userId: string;
	readonly accessToken: string;
	readonly refreshToken: string;
}

export const agreement = "Replace my digital identity";
export const refusal = "This was not me: refuse";
const uploadPath = "keys/device_signing/upload";

/**
 * @param startedMsAgo by how much its clock is behind the machine's at first. It goes as that does, by which the engine
 *   notes when an app asks
 */
export async function openStepUpWorld({
	startedMsAgo = 0,
	...options
}: ServerOptions & { readonly startedMsAgo?: number } = {}): Promise<StepUpWorld> {
	let ahead = -startedMsAgo;
	const now = () => Date.now() + ahead;
	const asked = { clock: now, stepUp: true, ...options };
	const server = await startServer(asked);
	const alice = await server.register("alice");
	const appOf = (flow: Flow, localpart: string, { status, body }: Answer): App => {
		assert.equal(status, 200, JSON.stringify(body));
		const { access_token: accessToken, refresh_token: refreshToken } = body;
		const { clientId, deviceId } = flow;
		return { clientId, deviceId, userId: `@${localpart}:localhost`, accessToken, refreshToken };
	};
	const signIn: StepUpWorld["signIn"] = async (browser, localpart, changes = {}) => {
		const flow = await beginFlow(server, changes);
		return appOf(flow, localpart, await exchange({ server }, flow, await codeOf(browser, flow, localpart)));
	};
	const upload: StepUpWorld["upload"] = ({ accessToken, userId }, identity) =>
		call(server.url, accessToken, {
			method: "POST",
			path: uploadPath,
			body: identityOf(userId, identity).body,
		});
	const stepUp: StepUpWorld["stepUp"] = async ({ clientId, deviceId }, acr, changes = {}) => {
		const scope = `openid ${apiScope} urn:matrix:client:device:${deviceId}`;
		const asked = { client_id: clientId, scope, acr_values: acr, max_age: "300", ...changes };
		return { ...(await beginFlow(server, asked)), deviceId };
	};
	const agree: StepUpWorld["agree"] = (browser, page) => browser.press(page, agreement);
	const app = await signIn(alice, "alice");
	assert.equal((await upload(app, "first")).status, 200);
	return {
		...{ server, alice, app, now, signIn, upload, stepUp, agree },
		advance(ms) {
			ahead += ms;
		},
		async ask(by, identity) {
			const { status, body } = await upload(by, identity);
			assert.equal(status, 401, JSON.stringify(body));
			return String(body["org.matrix.msc4363.acr_values"]);
		},
		async elevate(by, acr, browser = alice) {
			const flow = await stepUp(by, acr);
			const { left, text } = await agree(browser, await browser.open(flow.url));
			const code = left?.searchParams.get("code") ?? "";
			assert.notEqual(code, "", text);
			const given = await exchange({ server }, flow, code);
			return { ...by, ...appOf(flow, "", given), userId: by.userId };
		},
		refresh: async ({ clientId, refreshToken }) => {
			const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
			const response = await fetch(new URL("oauth2/token", server.url), {
				...{ method: "POST", body: new URLSearchParams(form) },
			});
			return { status: response.status, body: await response.json(), headers: response.headers };
		},
		async turnOff() {
			asked.stepUp = false;
			await server.restart();
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/** The stored request that this authentication context names. */
export async function requestOf({ server }: StepUpWorld, acr: string) {
	const reference = acr.replace("urn:countersign:acr:approved:", "");
	const row = (await server.rows("reset_requests")).find((each) => each.reference === reference);
	assert.ok(row, acr);
	return row;
}

/** What the homeserver is told of the app's token. */
export async function introspect({ server }: StepUpWorld, { accessToken }: App) {
	const response = await fetch(new URL("oauth2/introspect", server.url), {
		method: "POST",
		headers: { authorization: `Bearer ${server.introspectionSecret}` },
		body: new URLSearchParams({ token: accessToken }),
	});
	return (await response.json()) as Readonly<Record<string, unknown>>;
}

/** People of a world, each with an app and an identity of their own. */
export function peopleOf(world: () => StepUpWorld) {
	let people = 0;
	async function somebody(): Promise<{ browser: FormBrowser; app: App }> {
		const localpart = `person-${++people}`;
		const browser = await world().server.register(localpart);
		const app = await world().signIn(browser, localpart);
		assert.equal((await world().upload(app, "first")).status, 200);
		return { browser, app };
	}
	/** Somebody's app that has been given the token for the identity "second". */
	async function elevated() {
		const { browser, app } = await somebody();
		const acr = await world().ask(app, "second");
		return { browser, app, acr, given: await world().elevate(app, acr, browser) };
	}
	return { somebody, elevated };
}
