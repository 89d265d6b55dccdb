import { createHash } from "node:crypto";
import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { type Account, accountOf } from "./account.ts";
import { browserSessionLifetimes as lifetimes } from "./lifetimes.ts";
import type { ListedBrowserSession, PeopleUnit, StoredBrowserSession } from "./ports.ts";

/** A browser in which a person is signed in to the pages here. */
export interface BrowserSession {
	/** Names the session without opening it: the cookie cannot be made from it. */
	readonly idHash: string;
	readonly account: Account;
	/** When the person last entered the password in this browser. */
	readonly provedAt: number;
	readonly createdAt: number;
}

export interface BrowserSessions {
	/**
	 * Signs a person in whose password was just right. Always a new id: one planted before is worth nothing.
	 * Undefined when the password was changed, or everybody signed out, since `account` was read: checking a password
	 * takes long enough for that.
	 */
	start(visit: {
		readonly account: Pick<Account, "id" | "generation">;
		readonly address: string;
		readonly userAgent?: string | undefined;
	}): Promise<{ readonly cookieValue: string; readonly idHash: string } | undefined>;
	/** The name that the session of this cookie has, or had: what forms of its pages are tied to. */
	nameOf(cookieValue: string): string;
	/** Undefined for anything but a live session of a person who may sign in: closed and locked accounts have none. */
	find(cookieValue: string | undefined): Promise<BrowserSession | undefined>;
	/** The password was entered again in this browser. False when the session has ended meanwhile. */
	prove(idHash: string): Promise<boolean>;
	end(idHash: string): Promise<boolean>;
	/** Signs the person out of all browsers, or of all but one. Returns how many. */
	endAllOf(accountId: string, exceptIdHash?: string): Promise<number>;
	/** Where the person is signed in, last seen first. At most `listedBrowsers`. */
	listOf(accountId: string): Promise<readonly ListedBrowserSession[]>;
	/**
	 * What a person does from one browser to others of their own: ends one, or all but one, and notes it in the security
	 * log. Returns how many ended; one of somebody else's is none.
	 */
	endElsewhere(ending: BrowserEnding): Promise<number>;
}

type BrowserEnding = { readonly accountId: string; readonly address: string } & (
	| { readonly idHash: string }
	| { readonly exceptIdHash: string }
);

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
		async start({ account: { id: accountId, generation }, address, userAgent }) {
			const now = clock();
			const cookieValue = random.token(32);
			const idHash = hashOf(cookieValue);
			const started = await storage.write(async (unit) => {
				const added = await unit.browserSessions.add({
					idHash,
					accountId,
					generation,
					createdAt: now,
					provedAt: now,
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
					detail,
				});
				return true;
			});
			return started ? { cookieValue, idHash } : undefined;
		},

		nameOf: hashOf,
		async find(cookieValue) {
			if (cookieValue === undefined) return undefined;
			const now = clock();
			const row = await storage.read.browserSessions.find(hashOf(cookieValue), now);
			if (row === undefined) return undefined;
			await prolong(storage, row, now);
			return {
				idHash: row.idHash,
				account: accountOf(row.account),
				provedAt: row.provedAt,
				createdAt: row.createdAt,
			};
		},

		prove: (idHash) => storage.write((unit) => unit.browserSessions.prove(idHash, clock())),
		end: (idHash) => storage.write((unit) => unit.browserSessions.end(idHash)),
		endAllOf: (accountId, except) =>
			storage.write((unit) => unit.browserSessions.endAllOf(accountId, except)),
		listOf: (accountId) =>
			storage.read.browserSessions.list(accountId, { now: clock(), limit: listedBrowsers }),
		endElsewhere: (ending) =>
			storage.write(async (unit) => {
				const ended = await endIn(unit, ending);
				if (ended === 0) return 0;
				const { accountId, address } = ending;
				const line = { id: random.token(), accountId, at: clock(), address };
				const detail = { browsers: String(ended) };
				await unit.events.record({ ...line, kind: "browser-signed-out", detail });
				return ended;
			}),
	};
}

async function endIn({ browserSessions }: Unit, ending: BrowserEnding): Promise<number> {
	const { accountId } = ending;
	if ("exceptIdHash" in ending) return browserSessions.endAllOf(accountId, ending.exceptIdHash);
	return (await browserSessions.end(ending.idHash, accountId)) ? 1 : 0;
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

function hashOf(cookieValue: string): string {
	return createHash("sha256").update(cookieValue).digest("base64url");
}
