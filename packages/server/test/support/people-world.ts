import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AccountId } from "@countersign/core";
import type { Actor } from "../../src/audit/index.ts";
import { createConnection } from "../../src/homeserver/embedded/index.ts";
import { createOperatorPeople, type OperatorPeople } from "../../src/operating/index.ts";
import {
	type BrowserSessions,
	createBrowserSessions,
	createPeople,
	type People,
	type PeopleDeps,
} from "../../src/people/index.ts";
import {
	createProofs,
	createWaysIn,
	type Passwords,
	type ProofFor,
	type Proofs,
	type ProofsDeps,
	presenceProof,
	type SensitiveAct,
} from "../../src/proofs/index.ts";
import { endSessions } from "../../src/sessions/index.ts";
import { type HomeserverKind, openSqlite, type Storage } from "../../src/storage/index.ts";

/** People over a real database in a folder of its own, with a clock that moves when told. */
export interface PeopleWorld {
	readonly storage: Storage;
	readonly people: People;
	readonly proofs: Proofs;
	readonly browserSessions: BrowserSessions;
	readonly operator: OperatorPeople;
	/** Every hash a password was compared with, in order. */
	readonly compared: readonly string[];
	readonly clock: () => number;
	advance(ms: number): void;
	lock(accountId: AccountId): void;
	/** Registers, and fails the test when that is refused. Returns the account's id. */
	add(localpart: string, password?: string): Promise<AccountId>;
	/** Signs the person in in a browser, from `home` unless told otherwise. */
	browserOf(
		accountId: AccountId,
		visit?: { readonly address?: string; readonly userAgent?: string },
	): Promise<{ readonly cookieValue: string; readonly idHash: string }>;
	/** The proof for an act, of who enters the password in this browser. Fails the test when that is refused. */
	proofFor<Act extends SensitiveAct>(
		act: Act,
		browser: { readonly cookieValue: string },
		password?: string,
	): Promise<ProofFor<Act>>;
	eventsOf(accountId: AccountId): Promise<readonly string[]>;
	/** Rows of a table, for what no port shows. */
	rows(sql: string, ...values: string[]): Record<string, unknown>[];
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
	passwordsOf,
	registering = {},
	proving = {},
}: {
	readonly openRegistration?: boolean;
	readonly homeserver?: HomeserverKind;
	/** Real ones. Default: quick ones, which note what they compare. */
	readonly passwordsOf?: (storage: Storage) => Passwords;
	/** What registering takes. Default: a name and a password. */
	readonly registering?: Partial<
		Pick<PeopleDeps<never>, "needsToken" | "addressCodeOf" | "terms" | "directory" | "onNotAdmitted">
	>;
	/** Where passwords are checked, and whom a name means. Default: here, and who has it. */
	readonly proving?: Partial<Pick<ProofsDeps<never>, "directory" | "addressKeyOf" | "byAddress">>;
} = {}): Promise<PeopleWorld> {
	const directory = mkdtempSync(join(tmpdir(), "countersign-people-"));
	const storage = await openSqlite(directory, { homeserver: kind });
	const beside = new DatabaseSync(join(directory, "countersign.db"), { timeout: 5_000 });
	let now = 1_800_000_000_000;
	const clock = () => now;
	const quick = quickPasswords();
	const { compared } = quick;
	const passwords = passwordsOf?.(storage) ?? quick.passwords;
	const onError = (error: unknown) => {
		throw error;
	};
	const endSessionsOfClosed = (unit: Storage["read"], { accountId, ...how }: Closing) =>
		endSessions(unit, { accountId }, { ...how, reason: "account-closed", random });
	const homeserver = createConnection({ storage, clock });
	const people = createPeople({
		...{ homeserver, storage, clock, random, openRegistration, passwords, serverName: "localhost" },
		newRateLimiter: storage.newRateLimiter,
		passkeyHost: "localhost",
		endSessions: endSessionsOfClosed,
		...registering,
	});
	const proofs = createProofs({
		...{ storage, clock, random, passwords, onError, newRateLimiter: storage.newRateLimiter },
		...{ secretKey: new Uint8Array(32).fill(7), sealKey: new Uint8Array(32).fill(8) },
		ways: createWaysIn({ host: undefined }),
		...proving,
	});
	const browserSessions = createBrowserSessions({ storage, clock, random });
	return {
		...{ storage, people, proofs, browserSessions, compared, clock },
		operator: createOperatorPeople({
			...{ homeserver, storage, clock, random, passwords, serverName: "localhost" },
			endSessions: endSessionsOfClosed,
		}),
		async browserOf(accountId, visit = {}) {
			const account = await people.byId(accountId);
			if (account === undefined) throw new Error("no such account");
			const proof = presenceProof({ how: "password", at: now, accountId, generation: account.generation });
			const started = await browserSessions.start({ proof, address: home, ...visit });
			if (started === undefined) throw new Error("not signed in");
			return started;
		},
		async proofFor(act, { cookieValue }, entered = password) {
			const found = await browserSessions.find(cookieValue);
			if (found === undefined) throw new Error("not signed in");
			const proved = await proofs.forAct(act, found.proof, { password: entered, address: home });
			if (!proved.ok) throw new Error(proved.reason);
			return proved.proof;
		},
		advance(ms) {
			now += ms;
		},
		lock: (id) => void beside.prepare("UPDATE accounts SET locked_at = ? WHERE id = ?").run(now, id),
		rows: (sql, ...values) =>
			beside
				.prepare(sql)
				.all(...values)
				.map((row) => ({ ...row })),
		async add(localpart, chosen = password) {
			const made = await people.register({ localpart, password: chosen, address: home });
			if (!made.ok) throw new Error(made.reason);
			return made.account.id;
		},
		async eventsOf(accountId) {
			await proofs.flush();
			return (await storage.read.events.list(accountId, { limit: 50 })).map((event) => event.kind);
		},
		async [Symbol.asyncDispose]() {
			await proofs.flush();
			await storage.close();
			beside.close();
			rmSync(directory, { recursive: true });
		},
	};
}

interface Closing {
	readonly accountId: AccountId;
	readonly now: number;
	readonly actor: Actor;
}

/** Stands in for argon2, whose slowness is no part of what is tested here, and notes what it was asked. */
function quickPasswords() {
	const compared: string[] = [];
	return {
		compared,
		passwords: {
			hash: async (text: string) => `hash of ${text} #${randomBytes(6).toString("hex")}`,
			async verify(hash: string, typed: string) {
				compared.push(hash);
				return hash.replace(/ #[0-9a-f]+$/, "") === `hash of ${typed.normalize("NFKC")}`;
			},
			nobodys: async () => "hash of nobody",
			isOutdated: async () => false,
		},
	};
}
