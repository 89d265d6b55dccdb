import {
	authorizationCodeRequest,
	authorizationUrl,
	createDeviceId,
	createPkce,
	createState,
	deviceScope,
	discoverAuthMetadata,
	processAuthorizationCallback,
	processAuthorizationCodeResponse,
	processRegistrationResponse,
	registrationRequest,
	type TokenAnswer,
} from "@countersign/client";
import type { OAuthMetadata } from "@countersign/protocol";
import { createFormBrowser, type FormBrowser, type Page } from "./form-browser.ts";
import { type InstanceOptions, startInstances } from "./instances.ts";
import { openRegister } from "./registering.ts";
import { changeData, tableRows } from "./storage.ts";

export const password = "correct horse battery staple";
const serverName = "localhost";

/** The whole server as `npm start` runs it, on a port and a data directory of its own. */
export interface RunningServer {
	/** `http://localhost:<port>/`. */
	readonly url: string;
	readonly port: number;
	readonly serverName: string;
	readonly introspectionSecret: string;
	readonly dataDirectory: string;
	/** The PostgreSQL database. */
	readonly database: string | undefined;
	/** The ports of the servers themselves: one or, on PostgreSQL, two behind a proxy. */
	readonly ports: () => readonly number[];
	/** Every row of a table as it is stored, for what no answer shows. */
	rows(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
	/** Changes the data past the server, as no port of it does. */
	change(statement: string): Promise<void>;
	/** What the server itself failed at, so far. Closing throws when there is any. */
	readonly faults: readonly unknown[];
	/** A browser in which nobody is signed in. */
	browser(): FormBrowser;
	/** A browser in which this new person has just registered. */
	register(localpart: string): Promise<FormBrowser>;
	/** Another browser, in which this person signs in. */
	signIn(localpart: string): Promise<FormBrowser>;
	/** Signs an app in: registration, sign-in page, consent, code, tokens. */
	loginDevice(login: DeviceLogin): Promise<LoggedInDevice>;
	/** One request to the Client-Server API. The path is what stands after `/_matrix/client/v3/`, unless it begins with a slash. */
	call(
		device: Pick<LoggedInDevice, "accessToken">,
		method: string,
		path: string,
		body?: unknown,
	): Promise<Answer>;
	metadata(): Promise<OAuthMetadata>;
	/** Stops it and starts it again on the same data and port; with these settings from now on, if given. */
	restart(changed?: Changed): Promise<void>;
	close(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** Settings that somebody changes while people are signed in. */
type Changed = Pick<InstanceOptions, "secondFactor" | "registration" | "settings">;

export interface DeviceLogin {
	readonly localpart: string;
	/** Default: a new one. */
	readonly deviceId?: string;
	/** A browser in which the person is, or will be, signed in. Default: a fresh one. */
	readonly browser?: FormBrowser;
	readonly clientName?: string;
	/** Where the app reaches the homeserver. Default: the server itself. */
	readonly homeserver?: string;
}

export interface LoggedInDevice {
	readonly userId: string;
	readonly deviceId: string;
	readonly clientId: string;
	readonly accessToken: string;
	readonly refreshToken: string;
	readonly expiresInSeconds: number | undefined;
}

export interface Answer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, member by member
	readonly body: any;
	readonly headers: Headers;
}

export interface ServerOptions extends InstanceOptions {
	/** Whether the server itself may fail at something. Default false. */
	readonly mayFail?: boolean;
}

/** Starts a server; dispose of it, or close it. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
	const faults: unknown[] = [];
	const instances = await startInstances(options, faults);
	const { url, port, introspectionSecret, dataDirectory, database, ports, restart } = instances;
	const browser = () => createFormBrowser(url);
	const signIn = async (localpart: string) => {
		const own = browser();
		expectAt(await fillSignIn(own, await own.open("/login"), localpart), "/account/", "/account/terms");
		return own;
	};
	const close = async () => {
		await instances.close();
		if (faults.length > 0 && options.mayFail !== true)
			throw new Error("the server had a fault of its own", { cause: faults[0] });
	};
	const rows = (table: string) => tableRows({ dataDirectory, database }, table);
	const change = (statement: string) => changeData({ dataDirectory, database }, statement);
	return {
		...{ url, port, ports, serverName, introspectionSecret, dataDirectory, database, faults },
		...{ browser, signIn, rows, change, restart, close },
		async register(localpart) {
			const own = browser();
			const page = await openRegister({ rows }, own, { address: `${localpart}@example.org` });
			const agreed = page.text.includes('name="terms"') ? { terms: "yes" } : {};
			const typed = { username: localpart, password, ...agreed };
			expectAt(await own.press(page, "Create account", typed), "/account/");
			return own;
		},
		loginDevice: (login) => loginDevice(url, login),
		call: ({ accessToken }, method, path, body) => call(url, accessToken, { method, path, body }),
		metadata: () => discoverAuthMetadata(url),
		[Symbol.asyncDispose]: close,
	};
}

/** The client's own requests, with a form browser in place of the person's. */
export async function loginDevice(url: string, login: DeviceLogin): Promise<LoggedInDevice> {
	const { localpart, deviceId = createDeviceId(), browser = createFormBrowser(url) } = login;
	const metadata = await discoverAuthMetadata(login.homeserver ?? url);
	const redirectUri = "http://127.0.0.1/callback";
	const { clientId } = await processRegistrationResponse(
		await registrationRequest(metadata, {
			clientUri: "https://app.example/",
			clientName: login.clientName ?? "Example App",
			redirectUris: [redirectUri],
			applicationType: "native",
		}),
	);
	const [state, pkce] = [createState(), await createPkce()];
	const asked = { clientId, redirectUri, scope: deviceScope(deviceId), state, pkce } as const;
	const address = authorizationUrl(metadata, { ...asked, responseMode: "query" });
	const { left } = await allow(browser, address, localpart);
	const { code } = processAuthorizationCallback(left.href, { state, metadata });
	const exchange = { clientId, code, redirectUri, verifier: pkce.verifier };
	const tokens = await processAuthorizationCodeResponse(await authorizationCodeRequest(metadata, exchange));
	return { userId: `@${localpart}:${serverName}`, deviceId, clientId, ...complete(tokens) };
}

/** Opens what an app asks to be opened, signs in where that is asked for, and allows it. Returns where it ends. */
export async function allow(
	browser: FormBrowser,
	authorizationUrl: string,
	localpart: string,
): Promise<Page & { readonly left: URL }> {
	let page = await browser.open(authorizationUrl);
	if (asksSignIn(page)) page = await fillSignIn(browser, page, localpart);
	const { left, ...rest } = await browser.press(page, "Allow", { password });
	if (left === undefined) throw new Error(`the app is not returned to: ${rest.status} “${rest.title}”`);
	return { ...rest, left };
}

/** Whether it is the page on which people sign in, or prove to be there, at whatever address it is shown. */
function asksSignIn({ forms }: Page): boolean {
	return forms.some(({ action }) => action === "/login");
}

/** Signs in, or proves to be there, on the page that asks for it. */
export function fillSignIn(browser: FormBrowser, page: Page, localpart: string): Promise<Page> {
	return browser.press(page, /^(Sign in|Continue)$/, { username: localpart, password });
}

/** Opens an approval page, signs in where that is asked for, and approves. Returns the page that follows. */
export async function approve(browser: FormBrowser, approvalUrl: string, localpart: string): Promise<Page> {
	let page = await browser.open(approvalUrl);
	if (page.url.pathname === "/login") page = await fillSignIn(browser, page, localpart);
	return browser.press(page, /replace my digital identity$/i, { password });
}

function complete({ accessToken, refreshToken, expiresInSeconds }: TokenAnswer) {
	if (refreshToken === undefined) throw new Error("no refresh token was issued");
	return { accessToken, refreshToken, expiresInSeconds };
}

function expectAt(page: Page, ...pathnames: readonly string[]): void {
	if (page.status === 200 && pathnames.includes(page.url.pathname)) return;
	throw new Error(`${page.status} “${page.title}” at ${page.url.pathname}: ${page.text}`);
}

/** A text is sent as it is, anything else as JSON. */
export async function call(
	url: string,
	accessToken: string,
	{ method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown },
): Promise<Answer> {
	const response = await fetch(new URL(path.startsWith("/") ? path : `_matrix/client/v3/${path}`, url), {
		method,
		headers: { authorization: `Bearer ${accessToken}` },
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
	});
	return { status: response.status, body: await response.json(), headers: response.headers };
}
