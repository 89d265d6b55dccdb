import assert from "node:assert/strict";
import { type HomeserverStandIn, startHomeserverStandIn } from "./homeserver-stand-in.ts";
import {
	type Answer,
	type DeviceLogin,
	type LoggedInDevice,
	password,
	type RunningServer,
	type ServerOptions,
	startServer,
} from "./server.ts";

/** The whole server beside a homeserver that takes everything, Alice and Bob, and apps of the older login API. */
export interface CompatWorld {
	readonly server: RunningServer;
	readonly homeserver: HomeserverStandIn;
	/** Moves the server's clock on, which stands otherwise: what has a minute left has it on a busy machine too. */
	advance(ms: number): void;
	/** One request to the older login API; the path is what stands after `/_matrix/client/v3/`, unless it begins with a slash. */
	ask(method: string, path: string, sent?: Sent): Promise<Answer>;
	/** Logs in with the password. */
	logIn(localpart: string, members?: Readonly<Record<string, unknown>>): Promise<Answer>;
	/** Signs an app in by OAuth. */
	loginDevice(login: DeviceLogin): Promise<LoggedInDevice>;
	/** What a homeserver is told of a token. */
	introspect(token: string): Promise<Answer["body"]>;
	[Symbol.asyncDispose](): Promise<void>;
}

interface Sent {
	readonly token?: string;
	/** As JSON, unless it is text. */
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

export async function openCompatWorld(
	options: Pick<ServerOptions, "mayFail" | "ldap"> = {},
): Promise<CompatWorld> {
	let now = Date.now();
	const homeserver = await startHomeserverStandIn();
	const { base: synapse, secret } = homeserver;
	const publicBase = "https://matrix.example/";
	const server = await startServer({
		...options,
		clock: () => now,
		homeserver: { synapse, secret, publicBase, guard: true },
	});
	homeserver.authorizationServer = server.url;
	await server.register("alice");
	await server.register("bob");
	const ask: CompatWorld["ask"] = async (method, path, { token, body, headers } = {}) => {
		const url = new URL(path.startsWith("/") ? path : `/_matrix/client/v3/${path}`, server.url);
		const response = await fetch(url, {
			method,
			redirect: "manual",
			headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
			...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
		});
		return { status: response.status, body: await bodyOf(response), headers: response.headers };
	};
	return {
		...{ server, homeserver, ask },
		advance(ms) {
			now += ms;
		},
		logIn: (localpart, members = {}) =>
			ask("POST", "login", { body: { ...passwordLogin(localpart), ...members } }),
		loginDevice: (login) => server.loginDevice({ ...login, homeserver: homeserver.base }),
		async introspect(token) {
			const response = await fetch(new URL("oauth2/introspect", server.url), {
				method: "POST",
				headers: { authorization: `Bearer ${server.introspectionSecret}` },
				body: new URLSearchParams({ token }),
			});
			assert.equal(response.status, 200);
			return response.json();
		},
		async [Symbol.asyncDispose]() {
			try {
				await server.close();
			} finally {
				await homeserver.close();
			}
		},
	};
}

export function passwordLogin(localpart: string): Readonly<Record<string, unknown>> {
	return { type: "m.login.password", identifier: { type: "m.id.user", user: localpart }, password };
}

/** The errcode and status of an answer, to be compared at one glance. */
export function refusalOf({ status, body }: Answer): readonly [number, unknown] {
	return [status, body.errcode];
}

async function bodyOf(response: Response): Promise<unknown> {
	const text = await response.text();
	return response.headers.get("content-type") === "application/json" ? JSON.parse(text) : text;
}
