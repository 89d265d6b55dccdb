import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AccountId, SessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Bindings } from "../../src/http/index.ts";
import { createMetrics } from "../../src/metrics/index.ts";
import { createParts, type Parts } from "../../src/parts.ts";
import { createSessions, type Sessions } from "../../src/sessions/index.ts";
import { openSqlite, type Storage } from "../../src/storage/index.ts";
import { deviceKeys, identityOf, onlySignature, signer } from "./device-crypto.ts";
import { random } from "./session-world.ts";

export const home = "203.0.113.5";
export const password = "correct horse battery";
const startedAt = 1_800_000_000_000;
const clientId = "client-one";

/** The whole server on a real database, asked without a socket so that each asker has an address of choice. */
export interface ResetWorld {
	readonly storage: Storage;
	readonly parts: Pick<Parts, "answer" | "routeOf" | "jobs">;
	now(): number;
	advance(ms: number): void;
	/** Changes rows behind the server's back. */
	sql(statement: string, ...values: (string | number)[]): void;
	/** Looks at rows behind the server's back. */
	rows(statement: string): readonly Readonly<Record<string, unknown>>[];
	/** A browser in which nobody is signed in. */
	browser(address?: string): Browser;
	/** A browser in which this new person has just registered. */
	register(localpart: string): Promise<Browser>;
	/** An app that signed in on a device, with the device's keys uploaded. */
	app(localpart: string, device: AppOptions): Promise<App>;
	[Symbol.asyncDispose](): Promise<void>;
}

interface AppOptions {
	readonly deviceId: string;
	readonly deviceName?: string;
	readonly address?: string;
}

export interface Browser {
	get(path: string): Promise<Page>;
	/** Sends a form of a page, with the fields the page filled in itself and these. */
	submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page>;
	post(path: string, fields: Readonly<Record<string, string>>): Promise<Page>;
}

export interface Page {
	readonly path: string;
	readonly status: number;
	readonly location: string | null;
	readonly headers: Headers;
	readonly text: string;
	readonly title: string;
}

export interface App {
	readonly accountId: AccountId;
	readonly sessionId: SessionId;
	readonly deviceId: string;
	accessToken(): Promise<string>;
	/** Uploads an identity of that name, with these members instead where given. */
	upload(identity: string, instead?: Readonly<Record<string, unknown>>): Promise<Answered>;
	/** Does what an app does after its upload went through: signs its device with the new identity. */
	finish(identity: string): Promise<Answered>;
	/** The path is what stands after `/_matrix/client/v3/`, unless it begins with a slash. */
	call(method: string, path: string, body?: unknown): Promise<Answered>;
}

interface Answered {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, member by member
	readonly body: any;
}

interface Held {
	readonly storage: Storage;
	readonly parts: Parts;
	readonly sessions: Sessions<Storage["read"]>;
}

/** On one origin unless told otherwise. */
export async function openResetWorld({
	publicBase = "http://localhost:8008/",
	homeserverBase = publicBase,
	keptMs,
}: {
	readonly publicBase?: string;
	readonly homeserverBase?: string;
	/** How long what a reset takes away is kept. */
	readonly keptMs?: number;
} = {}): Promise<ResetWorld> {
	const directory = await mkdtemp(join(tmpdir(), "countersign-reset-"));
	const storage = await openSqlite(directory, {
		homeserver: "embedded",
		...(keptMs !== undefined && { keptMs }),
	});
	const beside = new DatabaseSync(join(directory, "countersign.db"), { timeout: 5_000 });
	beside
		.prepare("INSERT INTO clients (id, metadata, created_at, last_used_at) VALUES (?, ?, 0, 0)")
		.run(clientId, JSON.stringify({ client_name: "Example\u202e App", client_uri: "https://app.example/" }));
	let now = startedAt;
	const clock = () => now;
	const faults: unknown[] = [];
	const key = new Uint8Array(32).fill(7);
	const log = {
		info() {},
		warn() {},
		error: (facts: { readonly err: unknown }) => void faults.push(facts.err),
	};
	const parts = await createParts({
		...{ storage, clock, random, log, masterKey: key, introspectionSecret: "unused" },
		...{ metrics: createMetrics(clock), metricsAllow: [] },
		...{ publicBase, homeserverBase, serverName: "localhost", openRegistration: true },
	});
	const homeserver = { upsertDevice: async () => ({ ok: true }) as const };
	const sessions = createSessions({
		...{ storage, clock, random, homeserver, serverName: "localhost", secretKey: key },
	});
	const held = { storage, parts, sessions };
	return {
		...{ storage, parts },
		now: clock,
		advance(ms) {
			now += ms;
		},
		sql: (statement, ...values) => void beside.prepare(statement).run(...values),
		rows: (statement) => beside.prepare(statement).all(),
		browser: (address = home) => openBrowser(parts, address),
		async register(localpart) {
			const browser = openBrowser(parts, home);
			const form = await browser.get("/register");
			const done = await browser.submit(form, { username: localpart, password });
			if (done.status !== 303) throw new Error(`not registered: ${done.text}`);
			return browser;
		},
		app: (localpart, device) => openApp({ ...held, clock }, localpart, device),
		async [Symbol.asyncDispose]() {
			await parts.close();
			await sessions.close();
			await storage.close();
			beside.close();
			await rm(directory, { recursive: true });
			if (faults.length > 0) throw new Error("the server had a fault of its own", { cause: faults[0] });
		},
	};
}

function ask(parts: Parts, address: string, path: string, init: RequestInit) {
	const request = new Request(new URL(path, "http://localhost:8008"), init);
	const bindings: Pick<Bindings, "address" | "stopping"> = {
		address,
		stopping: new AbortController().signal,
	};
	return parts.answer(request, bindings as Bindings);
}

function openBrowser(parts: Parts, address: string): Browser {
	const jar = new Map<string, string>();
	const load = async (path: string, init: RequestInit = {}): Promise<Page> => {
		const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
		const response = await ask(parts, address, path, { ...init, headers: { ...init.headers, cookie } });
		for (const set of response.headers.getSetCookie()) {
			const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
			if (/max-age=0/i.test(set)) jar.delete(name);
			else jar.set(name, value);
		}
		const text = await response.text();
		const title = /<h1>([^<]*)<\/h1>/.exec(text)?.[1] ?? "";
		const { status, headers } = response;
		return { path, status, headers, location: headers.get("location"), text, title };
	};
	const post: Browser["post"] = (path, fields) =>
		load(path, {
			method: "POST",
			body: new URLSearchParams(fields).toString(),
			headers: { "content-type": "application/x-www-form-urlencoded" },
		});
	return {
		get: (path) => load(path),
		post,
		submit: (page, fields) => {
			const [text = page.text, action = page.path] = firstForm.exec(page.text) ?? [];
			return post(action, { ...hiddenFields(text), ...fields });
		},
	};
}

const firstForm = /<form method="post" action="([^"]+)"[\s\S]*?<\/form>/;

function hiddenFields(text: string): Record<string, string> {
	const inputs = text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
	return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
	return text
		.replaceAll("&#39;", "'")
		.replaceAll("&quot;", '"')
		.replaceAll("&lt;", "<")
		.replaceAll("&amp;", "&");
}

async function openApp(
	{ storage, parts, sessions, clock }: Held & { readonly clock: () => number },
	localpart: string,
	{ deviceName, address = home, ...asked }: AppOptions,
): Promise<App> {
	const deviceId = asDeviceId(asked.deviceId);
	const account = await storage.read.accounts.find({ localpart });
	if (account === undefined) throw new Error(`${localpart} has no account`);
	const displayName = deviceName === undefined ? {} : { displayName: deviceName };
	await storage.write((unit) =>
		unit.devices.add({ accountId: account.id, deviceId, createdAt: clock(), ...displayName }),
	);
	const scope = `openid urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`;
	const opened = await sessions.open(
		{ accountId: account.id, clientId, scope, deviceId, address },
		async () => true,
	);
	if (!opened.ok) throw new Error(`not signed in: ${opened.reason}`);
	let { tokens } = opened;
	let renewAt = clock() + 60_000;
	const accessToken = async () => {
		if (clock() < renewAt) return tokens.accessToken;
		const renewed = await sessions.refresh({ refreshToken: tokens.refreshToken, clientId });
		// A session that has ended keeps its last token, to show what that is worth.
		if (renewed.ok) tokens = renewed.tokens;
		renewAt = clock() + 60_000;
		return tokens.accessToken;
	};
	const userId = `@${localpart}:localhost`;
	const call: App["call"] = async (method, path, body) => {
		const response = await ask(parts, address, path.startsWith("/") ? path : `/_matrix/client/v3/${path}`, {
			method,
			headers: { authorization: `Bearer ${await accessToken()}`, "content-type": "application/json" },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		return { status: response.status, body: await response.json() };
	};
	const device = deviceKeys(userId, deviceId, signer(`${localpart}/${deviceId}`, deviceId));
	await call("POST", "keys/upload", { device_keys: device });
	return {
		...{ accountId: account.id, sessionId: tokens.sessionId, deviceId, accessToken, call },
		upload: (identity, instead = {}) =>
			call("POST", "keys/device_signing/upload", { ...identityOf(userId, identity).body, ...instead }),
		finish: (identity) => {
			const signed = onlySignature(device, userId, identityOf(userId, identity).selfSigning);
			return call("POST", "keys/signatures/upload", { [userId]: { [deviceId]: signed } });
		},
	};
}
