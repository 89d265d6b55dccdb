import type { AuthDict, createClient, MatrixClient } from "matrix-js-sdk";
import type { CryptoCallbacks } from "matrix-js-sdk/lib/crypto-api/index.js";
import { npmPackage } from "../../../../tools/requirements.ts";
import type { LoggedInDevice, RunningServer } from "./server.ts";

/** The library that Element Web is made of; tests that need it say `{ skip: jsSdk.skip }`. */
export const jsSdk = npmPackage("matrix-js-sdk");

/** An app made with matrix-js-sdk, on a device that is signed in, with its crypto running. */
export interface SdkApp {
	readonly client: MatrixClient;
	readonly device: SdkDevice;
	readonly crypto: NonNullable<ReturnType<MatrixClient["getCrypto"]>>;
	/** What it asked the homeserver, in order: method, path below `/_matrix/client/`, status. */
	readonly traffic: readonly Exchange[];
	/** The recovery key the app knows, once secret storage was set up or the person typed it. */
	recovery: RecoveryKey | undefined;
	/** Secret storage with a new recovery key, as apps set it up after a reset. Returns the key as people see it. */
	setUpRecovery(): Promise<string>;
	/** Types a recovery key. */
	enterRecovery(key: string): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** What an app keeps of a sign-in. */
export type SdkDevice = Omit<LoggedInDevice, "expiresInSeconds">;

export interface Exchange {
	readonly method: string;
	readonly path: string;
	readonly status: number;
	readonly sent: string;
}

interface RecoveryKey {
	/** Undefined: whichever the server names. */
	readonly keyId: string | undefined;
	readonly privateKey: Uint8Array<ArrayBuffer>;
}

export interface SdkAppOptions {
	/** Runs the sync loop, as apps with a window do. Default false. */
	readonly sync?: boolean;
	readonly onTokenRefresh?: (tokens: {
		readonly accessToken: string;
		readonly refreshToken?: string;
	}) => void;
}

/** The library's own words are no part of a test's output. */
export const quiet = {
	trace() {},
	debug() {},
	info() {},
	warn() {},
	error() {},
	getChild: () => quiet,
};

/**
 * Loads the library, in silence and so that it lets a process end: it reaches for a store that Node has only by
 * option, never clears the time-outs of its requests, and sleeps up to ten seconds before it looks at a backup.
 */
export async function loadSdk() {
	Object.defineProperty(globalThis, "localStorage", { value: undefined, configurable: true });
	releaseLongTimers();
	const sdk = await import("matrix-js-sdk");
	const { logger } = await import("matrix-js-sdk/lib/logger.js");
	Object.assign(logger, quiet);
	return sdk;
}

const longMs = 1_000;

function releaseLongTimers(): void {
	if (released) return;
	released = true;
	const { setTimeout: start } = globalThis;
	const startReleased = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
		const timer = start(callback, ms, ...args);
		return ms !== undefined && ms >= longMs ? timer.unref() : timer;
	};
	Object.defineProperty(globalThis, "setTimeout", {
		value: startReleased,
		configurable: true,
		writable: true,
	});
}

let released = false;

/** Starts an app on a device that has signed in. */
export async function startSdkApp(
	server: Pick<RunningServer, "url">,
	device: SdkDevice,
	{ sync = false, onTokenRefresh }: SdkAppOptions = {},
): Promise<SdkApp> {
	const sdk = await loadSdk();
	const traffic: Exchange[] = [];
	const known: { recovery: RecoveryKey | undefined } = { recovery: undefined };
	const client = sdk.createClient({
		...credentials(server.url, device, onTokenRefresh),
		logger: quiet,
		fetchFn: recordingFetch(traffic),
		cryptoCallbacks: recoveryCallbacks(known),
	});
	await client.initRustCrypto({ useIndexedDB: false });
	const crypto = client.getCrypto();
	if (crypto === undefined) throw new Error("no crypto");
	if (sync) await startSync(client, sdk.ClientEvent.Sync);
	return {
		...{ client, device, crypto, traffic },
		get recovery() {
			return known.recovery;
		},
		set recovery(key) {
			known.recovery = key;
		},
		async setUpRecovery() {
			const created = await crypto.createRecoveryKeyFromPassphrase();
			await crypto.bootstrapSecretStorage({
				createSecretStorageKey: async () => created,
				setupNewSecretStorage: true,
			});
			if (created.encodedPrivateKey === undefined) throw new Error("no recovery key was made");
			return created.encodedPrivateKey;
		},
		async enterRecovery(key) {
			const { decodeRecoveryKey } = await import("matrix-js-sdk/lib/crypto-api/index.js");
			known.recovery = { keyId: undefined, privateKey: decodeRecoveryKey(key) };
		},
		async [Symbol.asyncDispose]() {
			client.stopClient();
			client.http.abort();
		},
	};
}

function credentials(
	baseUrl: string,
	device: SdkDevice,
	onTokenRefresh: SdkAppOptions["onTokenRefresh"],
): Parameters<typeof createClient>[0] {
	const { userId, deviceId, accessToken, refreshToken, clientId } = device;
	return {
		...{ baseUrl, userId, deviceId, accessToken, refreshToken, oauthClientId: clientId },
		...(onTokenRefresh !== undefined && { onTokenRefresh: async (tokens) => onTokenRefresh(tokens) }),
	};
}

function recordingFetch(traffic: Exchange[]): typeof fetch {
	return async (resource, init) => {
		const { pathname } = new URL(String(resource));
		const response = await fetch(resource, init);
		traffic.push({
			method: init?.method ?? "GET",
			path: pathname.replace("/_matrix/client/", ""),
			status: response.status,
			sent: typeof init?.body === "string" ? init.body : "",
		});
		return response;
	};
}

function recoveryCallbacks(known: { recovery: RecoveryKey | undefined }): CryptoCallbacks {
	return {
		cacheSecretStorageKey(keyId, _info, privateKey) {
			known.recovery = { keyId, privateKey: new Uint8Array(privateKey) };
		},
		async getSecretStorageKey({ keys }) {
			const [offered] = Object.keys(keys);
			const { recovery } = known;
			if (recovery === undefined || offered === undefined) return null;
			const fits = recovery.keyId === undefined || recovery.keyId in keys;
			return fits ? [recovery.keyId ?? offered, recovery.privateKey] : null;
		},
	};
}

async function startSync(client: MatrixClient, event: Parameters<MatrixClient["on"]>[0]): Promise<void> {
	const ready = new Promise<void>((resolve) => {
		const listen = (state: unknown) => {
			if (state !== "PREPARED") return;
			client.off(event, listen);
			resolve();
		};
		client.on(event, listen);
	});
	await client.startClient({ initialSyncLimit: 1 });
	await ready;
}

/** Waits for something that comes by sync. Fails after ten seconds. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
	for (const until = Date.now() + 10_000; Date.now() < until; ) {
		const found = await look();
		if (found !== undefined && found !== false) return found;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	throw new Error(`it did not happen in ten seconds: ${what}`);
}

/** What the homeserver wants to know, out of the answer the library throws. */
export interface Challenge {
	readonly status: number;
	readonly session: string;
	readonly url: string;
	readonly stages: readonly string[];
	readonly errcode: string | undefined;
}

/** One upload that is expected not to go through yet. */
export async function challengeOf(
	makeRequest: (auth: AuthDict | null) => Promise<void>,
	auth: AuthDict | null,
): Promise<Challenge> {
	try {
		await makeRequest(auth);
	} catch (error) {
		return readChallenge(error);
	}
	throw new Error("the keys were stored without an approval");
}

function readChallenge(error: unknown): Challenge {
	if (!(error instanceof Error) || !("data" in error && "httpStatus" in error)) throw error;
	const data = error.data as {
		readonly session?: string;
		readonly errcode?: string;
		readonly flows?: readonly { readonly stages: readonly string[] }[];
		readonly params?: Readonly<Record<string, { readonly url?: string }>>;
	};
	const stages = (data.flows ?? []).flatMap((flow) => flow.stages);
	const urls = new Set(stages.map((stage) => data.params?.[stage]?.url));
	const [url] = urls;
	if (data.session === undefined || url === undefined || urls.size !== 1) throw error;
	return { status: Number(error.httpStatus), session: data.session, url, stages, errcode: data.errcode };
}
