import { randomBytes } from "node:crypto";

/** A JSON object that arrived, or leaves, as it is. */
export type Json = Readonly<Record<string, unknown>>;

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** One of a person's devices. */
export interface Device {
	readonly deviceId: string;
	/** As uploaded, with every signature that came later. */
	keys?: Json;
	oneTimeKeys: Json;
}

/** The three parts of a published identity, by their usage. */
export type Slot = "master" | "self_signing" | "user_signing";

export interface Backup {
	readonly version: string;
	readonly algorithm: unknown;
	auth_data: unknown;
	/** Room id and session id to what was put there. */
	readonly keys: Map<string, Map<string, unknown>>;
}

/** Everything a homeserver keeps of one person. */
export interface Account {
	readonly userId: string;
	readonly password: string;
	readonly devices: Map<string, Device>;
	readonly identity: Map<Slot, Json>;
	/** Newest last; versions are never used twice. */
	backups: Backup[];
	backupsMade: number;
	readonly accountData: Map<string, Json>;
}

/** Who sent a request: the token says it. */
export interface Caller {
	readonly account: Account;
	readonly device: Device;
}

/** An answer, its body JSON or, as a text, a page. */
export interface Answer {
	readonly status: number;
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown = {}): Answer => ({ status: 200, body });

export function refusal(status: number, errcode: string, error: string): Answer {
	return { status, body: { errcode, error } };
}

export function newAccount(userId: string, password: string): Account {
	return {
		...{ userId, password, devices: new Map(), identity: new Map() },
		...{ backups: [], backupsMade: 0, accountData: new Map() },
	};
}

/** What nobody guesses, in letters and digits. */
export function randomText(bytes = 16): string {
	return randomBytes(bytes).toString("hex");
}
