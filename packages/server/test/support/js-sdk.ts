import type { createClient, IStartClientOpts, MatrixClient } from "matrix-js-sdk";
import type { CryptoCallbacks } from "matrix-js-sdk/lib/crypto-api/index.js";
import { loadSdk, quiet } from "./js-sdk-library.ts";
import { createRecorder, type Exchange } from "./js-sdk-traffic.ts";
import type { LoggedInDevice, RunningServer } from "./server.ts";

/** An app made with matrix-js-sdk, on a device that is signed in, with its crypto running. */
export interface SdkApp {
	readonly client: MatrixClient;
	readonly device: SdkDevice;
	readonly crypto: NonNullable<ReturnType<MatrixClient["getCrypto"]>>;
	/** What it asked the homeserver, in order: method, path below `/_matrix/client/`, status. */
	readonly traffic: readonly Exchange[];
	/** Secret storage with a new recovery key, as apps set it up after a reset. Returns the key as people see it. */
	setUpRecovery(): Promise<string>;
	/**
	 * Resolves when it has nothing to ask and, where it syncs, nothing to learn. The library drops new private keys when an answer
	 * about the old identity comes late, so that a reset is begun by an app that knows where it stands.
	 */
	settle(): Promise<void>;
	/** Types a recovery key. */
	enterRecovery(key: string): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** What an app keeps of a sign-in; without a client, of one by the older login API. */
export type SdkDevice = Pick<LoggedInDevice, "userId" | "deviceId" | "accessToken"> &
	(Pick<LoggedInDevice, "refreshToken" | "clientId"> | { readonly clientId?: never });

interface RecoveryKey {
	/** Undefined: whichever the server names. */
	readonly keyId: string | undefined;
	readonly privateKey: Uint8Array<ArrayBuffer>;
}

export interface SdkAppOptions {
	/** Name of a crypto store that outlives the app, in the process's IndexedDB. Default: none, kept in memory. */
	readonly store?: string;
	/** Runs the sync loop, as apps with a window do; `settle` knows that of `/sync` alone. Default false. */
	readonly sync?: boolean | "sliding";
	readonly onTokenRefresh?: (tokens: {
		readonly accessToken: string;
		readonly refreshToken?: string;
	}) => void;
}

/** Starts an app on a device that has signed in. */
export async function startSdkApp(
	{ url: baseUrl }: Pick<RunningServer, "url">,
	device: SdkDevice,
	{ sync = false, store, onTokenRefresh }: SdkAppOptions = {},
): Promise<SdkApp> {
	const sdk = await loadSdk();
	const recorder = createRecorder();
	/** The recovery key the app knows, once secret storage was set up or the person typed it. */
	const known: { recovery: RecoveryKey | undefined } = { recovery: undefined };
	const client = sdk.createClient({
		...credentials(baseUrl, device, onTokenRefresh),
		logger: quiet,
		fetchFn: recorder.fetch,
		cryptoCallbacks: recoveryCallbacks(known),
	});
	await client.initRustCrypto(
		store === undefined ? { useIndexedDB: false } : { useIndexedDB: true, cryptoDatabasePrefix: store },
	);
	const crypto = client.getCrypto();
	if (crypto === undefined) throw new Error("no crypto");
	if (sync !== false)
		await startSync(
			client,
			sdk.ClientEvent.Sync,
			sync === "sliding" ? { slidingSync: await slidingOf(client) } : {},
		);
	return {
		...{ client, device, crypto, traffic: recorder.traffic, settle: recorder.settle },
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
	const { userId, deviceId, accessToken } = device;
	const oauth = device.clientId !== undefined && {
		refreshToken: device.refreshToken,
		oauthClientId: device.clientId,
	};
	return {
		...{ baseUrl, userId, deviceId, accessToken },
		...oauth,
		...(onTokenRefresh !== undefined && { onTokenRefresh: async (tokens) => onTokenRefresh(tokens) }),
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

/** A list of rooms, as apps with rooms ask for; there are none. */
async function slidingOf(client: MatrixClient) {
	const { SlidingSync } = await import("matrix-js-sdk/lib/sliding-sync.js");
	const room = { timeline_limit: 1, required_state: [] };
	const lists = new Map([["rooms", { ranges: [[0, 19]], ...room }]]);
	return new SlidingSync(client.getHomeserverUrl(), lists, room, client, 20_000);
}

async function startSync(
	client: MatrixClient,
	event: Parameters<MatrixClient["on"]>[0],
	how: Pick<IStartClientOpts, "slidingSync">,
): Promise<void> {
	const ready = new Promise<void>((resolve) => {
		const listen = (state: unknown) => {
			if (state !== "PREPARED") return;
			client.off(event, listen);
			resolve();
		};
		client.on(event, listen);
	});
	await client.startClient({ initialSyncLimit: 1, ...how });
	await ready;
}
