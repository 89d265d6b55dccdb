/**
 * Small homeservers for tests, each with the manners of one that exists. What they have in common is here: real HTTP
 * on 127.0.0.1, one person, and state that is kept (devices, published keys whose signatures are checked, backups,
 * account data). How the replacement of an identity is guarded is each server's own: a {@link Guard}.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isRecord } from "@countersign/protocol";
import { answerCommon } from "./endpoints.ts";
import {
	type Account,
	type Answer,
	type Caller,
	type Clock,
	type Device,
	type Json,
	newAccount,
	ok,
	randomText,
	refusal,
	type Slot,
} from "./state.ts";
import { changesOf } from "./sync.ts";
import type { Auth } from "./uia.ts";

/** An upload of keys that are not the published ones, by somebody who has published some. */
interface Replacement extends Caller {
	readonly keys: ReadonlyMap<Slot, Json>;
	readonly auth: Auth | undefined;
}

/** How a kind of server decides on a replacement. */
export interface Guard {
	/** `store`: the keys are taken. */
	judge(replacement: Replacement): Answer | "store";
	/** Before a first identity, and before a replacement that `judge` lets through: what is wrong with these keys. */
	check?(account: Account, keys: ReadonlyMap<Slot, Json>): Answer | undefined;
	/** Told of every master key that was replaced. */
	replaced?(account: Account): void;
	/** Its pages, below the server's root; paths as they are sent. */
	page?(request: PageRequest): Answer | undefined;
	/** Does in pages what a person does who agrees. */
	approve(url: string): Promise<void>;
	/** What a restart costs it. */
	restart?(): void;
}

interface PageRequest {
	readonly method: string;
	readonly url: URL;
	/** The fields of a form. */
	readonly form: URLSearchParams;
}

/** What a guard is made with. */
export interface Surroundings {
	readonly url: string;
	readonly now: Clock;
	readonly account: Account;
}

/** A device that is signed in. */
export interface TestDevice {
	readonly userId: string;
	readonly deviceId: string;
	readonly accessToken: string;
}

/** One request as it came and was answered. */
interface Exchange {
	readonly method: string;
	readonly path: string;
	readonly body: Json;
	readonly status: number;
}

/** Answers in place of the server; `drop` ends the connection, undefined lets it answer itself. */
export type Fault = (request: {
	readonly method: string;
	readonly path: string;
}) => Answer | "drop" | undefined;

/** A server that runs. */
export interface TestHomeserver {
	/** `http://127.0.0.1:<port>/`. */
	readonly url: string;
	readonly account: Account;
	readonly seen: readonly Exchange[];
	/** Uploads of identities among them. */
	uploads(): readonly Exchange[];
	signIn(deviceId?: string): TestDevice;
	/** A new token for the device; the old one is unknown from now on. */
	renew(device: TestDevice): TestDevice;
	/** What is wrong with it for now. */
	fault: Fault | undefined;
	/** Says 200 to uploads and keeps the old keys. */
	lies: boolean;
	/** Agrees, as the person would at this page. */
	approve(url: string): Promise<void>;
	/** What the server keeps in memory alone is gone; state and port are as before. */
	restart(): void;
	[Symbol.asyncDispose](): Promise<void>;
}

const uploadPath = /^\/_matrix\/client\/(?:v3|unstable)\/keys\/device_signing\/upload$/;
const matrix = /^\/_matrix\/client\/(?:v3|unstable|r0)\//;

export const password = "correct horse battery staple";

/** Starts a server with one person, Alice. */
export async function startHomeserver(
	guardOf: (surroundings: Surroundings) => Guard,
	{ now = Date.now }: { readonly now?: Clock } = {},
): Promise<TestHomeserver> {
	const account = newAccount("@alice:localhost", password);
	const tokens = new Map<string, Device>();
	const seen: Exchange[] = [];
	const { server, url } = await listen(async (request, response) => {
		const { method = "", url: target = "/" } = request;
		const at = new URL(target, url);
		const text = await read(request);
		const fault = running.fault?.({ method, path: at.pathname });
		if (method === "OPTIONS") return send(response, ok());
		if (fault === "drop") return void request.socket.destroy();
		const body = parseBody(text);
		const answer =
			fault ??
			(matrix.test(at.pathname) ? await answerMatrix({ request, at, body }) : answerOther(method, at, text));
		seen.push({ method, path: at.pathname, body, status: answer.status });
		send(response, answer);
	});
	const guard = guardOf({ url, now, account });

	const answerOther = (method: string, at: URL, text: string): Answer =>
		(at.pathname === "/_matrix/client/versions" ? ok({ versions: ["v1.11"] }) : undefined) ??
		guard.page?.({ method, url: at, form: new URLSearchParams(text) }) ??
		notFound;

	const changes = changesOf(account);
	const answerMatrix = async (asked: { request: IncomingMessage; at: URL; body: Json }): Promise<Answer> => {
		const { request, at, body } = asked;
		const { method = "" } = request;
		const page = guard.page?.({ method, url: at, form: new URLSearchParams() });
		if (page !== undefined) return page;
		const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
		const device = tokens.get(token);
		if (device === undefined) return refusal(401, "M_UNKNOWN_TOKEN", "Unknown access token");
		const caller = { account, device };
		if (uploadPath.test(at.pathname)) return upload(caller, body);
		const path = at.pathname.replace(matrix, "").split("/").map(decodeURIComponent);
		if (path[0] === "sync") return changes.sync(at.searchParams);
		const answer = answerCommon({ ...caller, method, path, body }) ?? notFound;
		if (answer.status === 200 && path[0] === "keys" && path.at(-1) === "upload") changes.keys();
		if (answer.status === 200 && method === "PUT" && path[2] === "account_data")
			changes.accountData(path[3] ?? "");
		return answer;
	};

	const upload = (caller: Caller, body: Json): Answer => {
		const keys = keysIn(body);
		const changed = [...keys].some(([slot, key]) => !isSame(account.identity.get(slot), key));
		if (!changed) return ok();
		if (account.identity.has("master")) {
			const auth = isRecord(body.auth) ? (body.auth as Auth) : undefined;
			const verdict = guard.judge({ ...caller, keys, auth });
			if (verdict !== "store") return verdict;
		}
		const wrong = guard.check?.(account, keys);
		if (wrong !== undefined) return wrong;
		if (running.lies) return ok();
		for (const [slot, key] of keys) account.identity.set(slot, key);
		if (keys.has("master")) guard.replaced?.(account);
		changes.keys();
		return ok();
	};

	const running: TestHomeserver = {
		...{ url, account, seen, fault: undefined, lies: false },
		uploads: () => seen.filter(({ path }) => uploadPath.test(path)),
		signIn(deviceId = randomText(5).toUpperCase()) {
			const device = account.devices.get(deviceId) ?? { deviceId, oneTimeKeys: {} };
			account.devices.set(deviceId, device);
			const accessToken = randomText();
			tokens.set(accessToken, device);
			return { userId: account.userId, deviceId, accessToken };
		},
		renew({ deviceId, accessToken }) {
			tokens.delete(accessToken);
			return running.signIn(deviceId);
		},
		approve: (page) => guard.approve(page),
		restart: () => guard.restart?.(),
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return running;
}

const notFound = refusal(404, "M_UNRECOGNIZED", "Unrecognized request");

function keysIn(body: Json): ReadonlyMap<Slot, Json> {
	const slots = ["master", "self_signing", "user_signing"] as const;
	return new Map(
		slots.flatMap((slot) => {
			const key = body[`${slot}_key`];
			return isRecord(key) ? [[slot, key]] : [];
		}),
	);
}

/** The same key, whatever signatures came along or later. */
function isSame(stored: Json | undefined, sent: Json): boolean {
	return JSON.stringify(stored?.keys) === JSON.stringify(sent.keys);
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
	const server = createServer((request, response) => {
		handle(request, response).catch((error: unknown) => response.destroy(error as Error));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return { server, url: `http://127.0.0.1:${address.port}/` };
}

async function read(request: IncomingMessage): Promise<string> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): Json {
	try {
		const body: unknown = JSON.parse(text);
		return isRecord(body) ? body : {};
	} catch {
		return {};
	}
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
	const isPage = typeof body === "string";
	response.writeHead(status, {
		"content-type": isPage ? "text/html; charset=utf-8" : "application/json",
		"access-control-allow-origin": "*",
		"access-control-allow-headers": "authorization, content-type",
		"access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
		...headers,
	});
	response.end(isPage || body === undefined ? (body ?? "") : JSON.stringify(body));
}
