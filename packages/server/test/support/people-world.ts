import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createConnection } from "../../src/homeserver/embedded/index.ts";
import { createOperatorPeople, type OperatorPeople } from "../../src/operating/index.ts";
import {
	type BrowserSessions,
	createBrowserSessions,
	createPeople,
	type People,
} from "../../src/people/index.ts";
import { endSessions } from "../../src/sessions/index.ts";
import { type HomeserverKind, openSqlite, type Storage } from "../../src/storage/index.ts";

/** People over a real database in a folder of its own, with a clock that moves when told. */
export interface PeopleWorld {
	readonly storage: Storage;
	readonly people: People;
	readonly browserSessions: BrowserSessions;
	readonly operator: OperatorPeople;
	/** Every hash a password was compared with, in order. */
	readonly compared: readonly string[];
	readonly clock: () => number;
	advance(ms: number): void;
	lock(accountId: string): void;
	/** Registers, and fails the test when that is refused. Returns the account's id. */
	add(localpart: string, password?: string): Promise<string>;
	/** Signs the person in in a browser, from `home` unless told otherwise. */
	browserOf(
		accountId: string,
		visit?: { readonly address?: string; readonly userAgent?: string },
	): Promise<{ readonly cookieValue: string; readonly idHash: string }>;
	eventsOf(accountId: string): Promise<readonly string[]>;
	[Symbol.asyncDispose](): Promise<void>;
}

export const password = "correct horse battery";
export const home = "192.0.2.7";
export const random = {
	bytes: (count: number) => new Uint8Array(randomBytes(count)),
	token: (bytes = 24) => randomBytes(bytes).toString("base64url"),
};

export async function openPeopleWorld({
	openRegistration = true,
	homeserver: kind = "embedded",
}: {
	readonly openRegistration?: boolean;
	readonly homeserver?: HomeserverKind;
} = {}): Promise<PeopleWorld> {
	const directory = mkdtempSync(join(tmpdir(), "countersign-people-"));
	const storage = await openSqlite(directory, kind);
	const beside = new DatabaseSync(join(directory, "countersign.db"), { timeout: 5_000 });
	let now = 1_800_000_000_000;
	const clock = () => now;
	const { compared, passwords } = quickPasswords();
	const onError = (error: unknown) => {
		throw error;
	};
	const homeserver = createConnection({ storage, clock });
	const people = createPeople({
		...{ homeserver, storage, clock, random, openRegistration, passwords, onError, serverName: "localhost" },
		newRateLimiter: storage.newRateLimiter,
		endSessions: (unit: Storage["read"], { accountId, now: at }) =>
			endSessions(unit, { accountId }, { reason: "account-closed", now: at, random }),
	});
	const browserSessions = createBrowserSessions({ storage, clock, random });
	return {
		...{ storage, people, browserSessions, compared, clock },
		operator: createOperatorPeople({
			...{ homeserver, storage, clock, random, passwords, serverName: "localhost" },
		}),
		async browserOf(accountId, visit = {}) {
			const account = await people.byId(accountId);
			const started = account && (await browserSessions.start({ account, address: home, ...visit }));
			if (started === undefined) throw new Error("not signed in");
			return started;
		},
		advance(ms) {
			now += ms;
		},
		lock: (id) => void beside.prepare("UPDATE accounts SET locked_at = ? WHERE id = ?").run(now, id),
		async add(localpart, chosen = password) {
			const made = await people.register({ localpart, password: chosen, address: home });
			if (!made.ok) throw new Error(made.reason);
			return made.account.id;
		},
		async eventsOf(accountId) {
			await people.flush();
			return (await storage.read.events.list(accountId, { limit: 50 })).map((event) => event.kind);
		},
		async [Symbol.asyncDispose]() {
			await people.flush();
			await storage.close();
			beside.close();
			rmSync(directory, { recursive: true });
		},
	};
}

/** Stands in for argon2, whose slowness is no part of what is tested here, and notes what it was asked. */
function quickPasswords() {
	const compared: string[] = [];
	return {
		compared,
		passwords: {
			hash: async (text: string) => `hash of ${text} #${randomBytes(6).toString("hex")}`,
			async verify(hash: string, text: string) {
				compared.push(hash);
				return hash.replace(/ #[0-9a-f]+$/, "") === `hash of ${text}`;
			},
		},
	};
}
