import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { type BrowserProof, type Proof, type ProofFor, presenceProof } from "../proofs/index.ts";
import { secretHash } from "../secrets/index.ts";
import { type Account, accountOf } from "./account.ts";
import { browserSessionLifetimes as lifetimes } from "./lifetimes.ts";
import type { ListedBrowserSession, PeopleUnit, StoredBrowserSession } from "./ports.ts";

/** A browser in which a person is signed in to the pages here. */
export interface BrowserSession {
	/** Names the session without opening it: the cookie cannot be made from it. */
	readonly idHash: string;
	readonly account: Account;
	/** The last the person gave in this browser. */
	readonly proof: BrowserProof;
	readonly createdAt: number;
}

export interface BrowserSessions {
	/**
	 * Signs a person in who has just proved who they are. Always a new id: one planted before is worth nothing.
	 * Undefined when the password was changed, or everybody signed out, since: checking a password takes long enough for
	 * that.
	 */
	start(visit: {
		readonly proof: Proof;
		readonly address: string;
		readonly userAgent?: string | undefined;
	}): Promise<{ readonly cookieValue: string; readonly idHash: string } | undefined>;
	/** The name that the session of this cookie has, or had: what forms of its pages are tied to. */
	nameOf(cookieValue: string): string;
	/** Undefined for anything but a live session of a person who may sign in: closed and locked accounts have none. */
	find(cookieValue: string | undefined): Promise<BrowserSession | undefined>;
	/** Signs this one browser out, which nobody has to prove anything for. */
	end(idHash: string): Promise<boolean>;
	/** Signs the person out of all browsers, as one of their apps asks for by the older login API. Returns how many. */
	endAllOf(accountId: AccountId): Promise<number>;
	/** Signs the person out of all other browsers, as one step of signing out everywhere. Returns how many. */
	endOthers(proof: ProofFor<"sign-out-everywhere">): Promise<number>;
	/** Where the person is signed in, last seen first. At most `listedBrowsers`. */
	listOf(accountId: AccountId): Promise<readonly ListedBrowserSession[]>;
	/**
	 * What a person does from one browser to others of their own: ends one, or all but one, and notes it in the security
	 * log. Returns how many ended; one of somebody else's is none.
	 */
	endElsewhere(ending: BrowserEnding): Promise<number>;
}

interface BrowserEnding {
	readonly proof: ProofFor<"sign-out-browsers">;
	readonly address: string;
	/** Which one. Default: all but the one in which it is done. */
	readonly idHash?: string;
}

/** A list that holds more has stopped helping: signing out all others is what is left to do. */
export const listedBrowsers = 100;

type Unit = Pick<PeopleUnit, "browserSessions" | "events">;

export function createBrowserSessions<All extends Unit>({
	storage,
	clock,
	random,
}: {
	readonly storage: Transactions<All>;
	readonly clock: Clock;
	readonly random: Random;
}): BrowserSessions {
	return {
		async start({ proof, address, userAgent }) {
			const { accountId, generation, at: provedAt, how: provedHow, stay } = proof;
			const now = clock();
			const cookieValue = random.token(32);
			const idHash = secretHash(cookieValue);
			const started = await storage.write(async (unit) => {
				const added = await unit.browserSessions.add({
					idHash,
					accountId,
					generation,
					createdAt: now,
					provedAt,
					provedHow,
					stay,
					expiresAt: now + lifetimes.idleMs,
					address,
					userAgent,
				});
				if (!added) return false;
				const detail = userAgent === undefined ? {} : { browser: userAgent };
				await unit.events.record({
					id: random.token(),
					accountId,
					at: now,
					kind: "signed-in",
					address,
					actor: { kind: "person" },
					detail,
				});
				return true;
			});
			return started ? { cookieValue, idHash } : undefined;
		},

		nameOf: secretHash,
		async find(cookieValue) {
			if (cookieValue === undefined) return undefined;
			const now = clock();
			const row = await storage.read.browserSessions.find(secretHash(cookieValue), now);
			if (row === undefined) return undefined;
			await prolong(storage, row, now);
			const { idHash: browser, account, createdAt } = row;
			const { provedHow: how, provedAt: at, stay } = row;
			const facts = { how, at, accountId: account.id, browser, ...(stay !== undefined && { stay }) };
			const proof = presenceProof({ ...facts, generation: account.generation });
			return { idHash: browser, account: accountOf(account), proof, createdAt };
		},

		end: (idHash) => storage.write((unit) => unit.browserSessions.end(idHash)),
		endAllOf: (accountId) => storage.write((unit) => unit.browserSessions.endAllOf(accountId)),
		endOthers: (proof) =>
			storage.write(async ({ browserSessions }) => {
				if (!(await browserSessions.isSignedIn(proof, clock()))) return 0;
				return browserSessions.endAllOf(proof.accountId, proof.browser);
			}),
		listOf: (accountId) =>
			storage.read.browserSessions.list(accountId, { now: clock(), limit: listedBrowsers }),
		endElsewhere: (ending) =>
			storage.write(async (unit) => {
				const { proof, address } = ending;
				const now = clock();
				if (!(await unit.browserSessions.isSignedIn(proof, now))) return 0;
				const ended = await endIn(unit, ending);
				if (ended === 0) return 0;
				const actor = { kind: "person" } as const;
				const line = { id: random.token(), accountId: proof.accountId, at: now, actor, address };
				const detail = { browsers: String(ended) };
				await unit.events.record({ ...line, kind: "browser-signed-out", detail });
				return ended;
			}),
	};
}

async function endIn({ browserSessions }: Unit, { proof, idHash }: BrowserEnding): Promise<number> {
	const { accountId, browser } = proof;
	if (idHash === undefined) return browserSessions.endAllOf(accountId, browser);
	return (await browserSessions.end(idHash, accountId)) ? 1 : 0;
}

async function prolong<All extends Unit>(
	storage: Transactions<All>,
	row: StoredBrowserSession,
	now: number,
): Promise<void> {
	if (now - row.lastSeenAt < lifetimes.touchEveryMs) return;
	const expiresAt = Math.min(now + lifetimes.idleMs, row.createdAt + lifetimes.atMostMs);
	await storage.write((unit) => unit.browserSessions.touch(row.idHash, { now, expiresAt }));
}
