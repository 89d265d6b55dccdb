import { isRecord, member, type OAuthMetadata, parseOAuthMetadata } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "./errors.ts";

/** The part of `sessionStorage` that is needed. */
export interface LoginStorage {
	getItem(key: string): string | null;
	setItem(key: string, value: string): void;
	removeItem(key: string): void;
}

/** A sign-in between the two pages. Secret until it is over. */
export interface PendingLogin {
	readonly homeserver: string;
	/** Of the start, so that whoever answers later cannot choose where the code goes. */
	readonly metadata: OAuthMetadata;
	readonly clientId: string;
	readonly deviceId: string;
	readonly redirectUri: string;
	readonly state: string;
	readonly verifier: string;
	/** Once the browser has come back: what is left is to exchange it. */
	readonly code?: string | undefined;
}

/** One sign-in of one tab, under one key. */
export interface PendingLoginStore {
	/** `undefined` when there is none, or nothing of ours. */
	get(): PendingLogin | undefined;
	put(login: PendingLogin): void;
	delete(): void;
}

/**
 * @param storage called each time: a browser may refuse to hand it out
 * @throws from every method: `storage-unavailable`
 */
export function pendingLoginStore(storage: () => LoginStorage, key: string): PendingLoginStore {
	const use = <T>(work: (storage: LoginStorage) => T): T => {
		try {
			return work(storage());
		} catch (cause) {
			const message = "the browser keeps nothing for this page";
			throw new CountersignClientError(clientErrorCode.storageUnavailable, message, { cause });
		}
	};
	return {
		get: () => parsePendingLogin(use((open) => open.getItem(key))),
		put: (login) => use((open) => open.setItem(key, JSON.stringify(login))),
		delete: () => use((open) => open.removeItem(key)),
	};
}

const texts = ["homeserver", "clientId", "deviceId", "redirectUri", "state", "verifier"] as const;

function parsePendingLogin(text: string | null): PendingLogin | undefined {
	const stored = parse(text);
	if (!isRecord(stored)) return undefined;
	const metadata = parseOAuthMetadata(member(stored, "metadata"));
	const code = member(stored, "code");
	if (!metadata.ok || !texts.every((name) => typeof member(stored, name) === "string")) return undefined;
	if (code !== undefined && typeof code !== "string") return undefined;
	return { ...(stored as unknown as PendingLogin), metadata: metadata.value };
}

function parse(text: string | null): unknown {
	try {
		return JSON.parse(text ?? "null");
	} catch {
		return undefined;
	}
}
