import type { KeySlot } from "@countersign/protocol";
import {
	isLive,
	liveStates,
	type RequestFacts,
	type RequestState,
	type RequestStateName,
	type ResetRequest,
} from "../src/claim/reset-request.ts";
import {
	type Condition,
	changeOf,
	isOver,
	type RequestChange,
	type RequestMove,
	transitions,
} from "../src/claim/transitions.ts";
import type { Signers } from "../src/genuine-signatures.ts";
import type { AccountId, SessionId } from "../src/identifiers.ts";
import type {
	ApprovalUnit,
	IdentityEvent,
	NewKey,
	RequestReads,
	ResetRequests,
	StoredIdentity,
	UploadUnit,
	WithdrawalScope,
} from "../src/ports.ts";
import type { Transactions } from "../src/transactions.ts";
import { createHolds, type StandingData, type StoredHold, standingName } from "./memory-holds.ts";

/** A row as storage has it: what any state ever wrote stays. */
type Row = RequestFacts & RequestChange;

interface Account {
	readonly locked: boolean;
	readonly closed: boolean;
	readonly generation: number;
	/** Those that have not ended. */
	readonly sessions: readonly SessionId[];
}

/** What there is: replaced whole when a transaction ends well. */
interface Data {
	readonly rows: Map<string, Row>;
	readonly events: IdentityEvent[];
	readonly keys: Map<string, Map<KeySlot, NewKey>>;
	readonly holds: Map<string, StoredHold>;
	readonly standing: StandingData;
}

/**
 * Everything that core stores, in memory, and nothing else in the way: one transaction at a time, undone where it
 * throws. What a row may do is read from the table of transitions, as the real storage reads it.
 */
export function createMemory() {
	const accounts = new Map<string, Account>();
	const devices = new Map<string, Signers>();
	const taken = new Set<string>();
	let data: Data = { rows: new Map(), events: [], keys: new Map(), holds: new Map(), standing: new Map() };
	let queue: Promise<unknown> = Promise.resolve();
	const signedOut = new Set<string>();
	const unitOn = (on: Data): UploadUnit & ApprovalUnit => ({
		browserSessions: {
			isSignedIn: async ({ accountId, browser, generation }) => {
				const account = accountOf(accounts, accountId);
				const isGood = !account.locked && !account.closed && account.generation === generation;
				return isGood && !signedOut.has(browser);
			},
		},
		sessions: { isSignedIn: async (session) => isSignedIn(accounts, session) },
		requests: createRequests(on, accounts),
		keys: createKeys(on, { devices, taken }),
		events: { record: async (event) => void on.events.push(event) },
		holds: createHolds(on),
	});
	const storage: Transactions<UploadUnit & ApprovalUnit> = {
		get read() {
			return unitOn(data);
		},
		write(work) {
			const run = queue.then(async () => {
				const copy = {
					rows: new Map(data.rows),
					events: [...data.events],
					keys: copyOf(data.keys),
					holds: new Map(data.holds),
					standing: new Map(data.standing),
				};
				const result = await work(unitOn(copy));
				data = copy;
				return result;
			});
			queue = run.catch(() => undefined);
			return run;
		},
	};
	return {
		storage,
		addAccount(accountId: AccountId, sessions: readonly SessionId[]): void {
			accounts.set(accountId, { locked: false, closed: false, generation: 0, sessions });
		},
		changeAccount(accountId: AccountId, changes: Partial<Account>): void {
			accounts.set(accountId, { ...accountOf(accounts, accountId), ...changes });
		},
		endSession(accountId: AccountId, sessionId: SessionId): void {
			const account = accountOf(accounts, accountId);
			const sessions = account.sessions.filter((id) => id !== sessionId);
			accounts.set(accountId, { ...account, sessions });
		},
		/** Devices, or keys of before, are called so. */
		takeNames(publicKeys: readonly string[]): void {
			for (const key of publicKeys) taken.add(key);
		},
		/** All others are signed in. */
		signOutBrowser: (browser: string) => void signedOut.add(browser),
		/** The person's devices have these keys. */
		setDevices: (accountId: AccountId, signers: Signers) => void devices.set(accountId, signers),
		/** Account data as they stand now, whoever wrote them. */
		setAccountData: (accountId: AccountId, type: string, content: object) =>
			void data.standing.set(standingName(accountId, type), content),
		accountData: (accountId: AccountId, type: string) => data.standing.get(standingName(accountId, type)),
		/** Every hold there was, oldest first. */
		holds: (): readonly StoredHold[] => [...data.holds.values()],
		/** The lines of the security log, oldest first. */
		events: (): readonly IdentityEvent[] => data.events,
	};
}

function copyOf(keys: Data["keys"]): Data["keys"] {
	return new Map([...keys].map(([accountId, slots]) => [accountId, new Map(slots)]));
}

type Accounts = ReadonlyMap<string, Account>;

function accountOf(accounts: Accounts, accountId: AccountId): Account {
	const account = accounts.get(accountId);
	if (account === undefined) throw new Error(`nobody is called ${accountId}`);
	return account;
}

function isSignedIn(
	accounts: Accounts,
	{ accountId, sessionId }: { readonly accountId: AccountId; readonly sessionId: SessionId },
): boolean {
	const { locked, closed, sessions } = accountOf(accounts, accountId);
	return !locked && !closed && sessions.includes(sessionId);
}

function createKeys(
	{ keys }: Data,
	{ devices, taken }: { readonly devices: ReadonlyMap<string, Signers>; readonly taken: ReadonlySet<string> },
): UploadUnit["keys"] {
	const of = (accountId: AccountId) => keys.get(accountId) ?? new Map<KeySlot, NewKey>();
	return {
		stored: async (accountId) => Object.fromEntries(of(accountId)) as StoredIdentity,
		async replace(accountId, changes) {
			const slots = of(accountId);
			for (const key of changes) slots.set(key.slot, key);
			keys.set(accountId, slots);
		},
		deviceSigners: async (accountId) => devices.get(accountId) ?? new Map(),
		anyTaken: async (_, publicKeys) => publicKeys.some((key) => taken.has(key)),
	};
}

function createRequests({ rows }: Data, accounts: Accounts): ResetRequests {
	const all = () => [...rows.values()];
	const change = (row: Row, to: RequestChange): ResetRequest => {
		rows.set(row.reference, checked(rows, { ...row, ...to }));
		return requestOf({ ...row, ...to });
	};
	return {
		...createReads(rows),
		async add(request) {
			rows.set(request.reference, checked(rows, { ...request, failures: 0, sending: [] }));
		},
		async move(move) {
			const row = all().find((each) => isMeant(each, move));
			if (row === undefined) return undefined;
			const { from, only } = transitions[move.move];
			const free =
				from.some((state) => state === row.state) &&
				only.every((condition) => holds({ condition, row, move }, rows, accounts));
			return free ? change(row, changeOf(move)) : undefined;
		},
		async touch(reference, at) {
			const row = rows.get(reference);
			if (row?.state === "pending") rows.set(reference, { ...row, ...at });
		},
		async withdraw(which, reason, now) {
			const meant = all().filter((row) => isNamed(row, which, all()));
			if (which.of === "account" || which.of === "approvals") {
				for (const row of all())
					if (row.accountId === which.accountId && row.state === "spending")
						rows.set(row.reference, { ...row, expiresAt: Math.min(now, row.expiresAt ?? now) });
			}
			if (which.of === "elevation") {
				for (const row of all())
					if (row.sessionId === which.sessionId && row.state === "spending" && row.onlyToken != null)
						rows.set(row.reference, { ...row, expiresAt: Math.min(now, row.expiresAt ?? now) });
			}
			for (const row of meant) change(row, { state: transitions.withdraw.to, endedAt: now, reason });
			return meant.length;
		},
		async expire(accountId, now) {
			const { from, to } = transitions.expire;
			return all()
				.filter((row) => row.accountId === accountId)
				.flatMap((row) => {
					const request = requestOf(row);
					const over = "expiresAt" in request && isOver(request, now);
					return over && from.some((state) => state === request.state)
						? [change(row, { state: to, endedAt: request.expiresAt })]
						: [];
				});
		},
	};
}

function createReads(rows: ReadonlyMap<string, Row>): RequestReads {
	const all = () => [...rows.values()];
	return {
		async current({ accountId, sessionId, digest }) {
			const same = all()
				.filter((row) => row.accountId === accountId && row.sessionId === sessionId && row.digest === digest)
				.map(requestOf);
			const denied = same.filter((request) => request.state === "denied");
			return same.find(isLive) ?? denied.sort((a, b) => b.decidedAt - a.decidedAt)[0];
		},
		async find(by) {
			const row = all().find((each) =>
				"reference" in by ? each.reference === by.reference : each.uiaSession === by.uiaSession,
			);
			return row && requestOf(row);
		},
		async ofAccount(accountId, endedSince) {
			return all()
				.filter((row) => row.accountId === accountId)
				.map(requestOf)
				.filter((request) => isLive(request) || endOf(request) >= endedSince)
				.sort((a, b) => b.createdAt - a.createdAt);
		},
		async askedSince(sessionId, since) {
			const asked = all().filter((row) => row.sessionId === sessionId);
			const times = asked.map(({ createdAt }) => createdAt).filter((at) => at > since);
			return {
				count: times.length,
				live: asked.filter(({ state }) => isLive({ state })).length,
				...(times.length > 0 && { oldestAt: Math.min(...times) }),
			};
		},
		async overdueSpends(now, atMost) {
			return all()
				.map(requestOf)
				.filter((request) => request.state === "spending" && request.leaseUntil <= now)
				.filter((request) => request.state === "spending")
				.slice(0, atMost);
		},
		async spentAmong(accountId, publicKeys) {
			const spent = all().filter((row) => row.accountId === accountId && row.state === "spent");
			return publicKeys.filter((key) => spent.some((row) => JSON.stringify(row.keys).includes(`:"${key}"`)));
		},
	};
}

function endOf(request: ResetRequest): number {
	return "endedAt" in request ? request.endedAt : "decidedAt" in request ? request.decidedAt : 0;
}

function isMeant(row: Row, move: RequestMove): boolean {
	return (
		row.accountId === move.accountId &&
		("reference" in move
			? row.reference === move.reference
			: row.sessionId === move.sessionId && row.digest === move.digest && !isEnded(row.state))
	);
}

function isEnded(state: RequestStateName): boolean {
	return !liveStates.some((live) => live === state);
}

function holds(
	{ condition, row, move }: { readonly condition: Condition; readonly row: Row; readonly move: RequestMove },
	rows: ReadonlyMap<string, Row>,
	accounts: Accounts,
): boolean {
	const request = requestOf(row);
	switch (condition) {
		case "in-time":
			return "expiresAt" in request && !isOver(request, move.now);
		case "over":
			return "expiresAt" in request && isOver(request, move.now);
		case "signed-in":
			return isSignedIn(accounts, row);
		case "same-generation":
			return "generation" in move && accounts.get(row.accountId)?.generation === move.generation;
		case "usable":
			return (row.usableFrom ?? 0) <= move.now + 5_000;
		case "its-token":
			return row.onlyToken == null || ("token" in move && row.onlyToken === move.token);
		case "nothing-else-spent":
			return ![...rows.values()].some(
				(other) => other.accountId === row.accountId && other.state === "spending",
			);
		case "lease-over":
			return (row.leaseUntil ?? 0) <= move.now;
		case "lease-held":
			return "lease" in move && row.leaseUntil === move.lease;
	}
}

function isNamed(row: Row, which: WithdrawalScope, all: readonly Row[]): boolean {
	if (!transitions.withdraw.from.some((state) => state === row.state)) return false;
	switch (which.of) {
		case "account":
			return row.accountId === which.accountId;
		case "approvals":
		case "older-approval":
			return row.accountId === which.accountId && row.state === "approved";
		case "session":
			return row.sessionId === which.sessionId;
		case "elevation":
			return row.sessionId === which.sessionId && row.state === "approved" && row.onlyToken != null;
		case "oldest-pending": {
			const waiting = all.filter((each) => each.sessionId === which.sessionId && each.state === "pending");
			return row === waiting.sort((a, b) => a.createdAt - b.createdAt)[0];
		}
	}
}

/** The promise that the database itself holds: one live row per request, one approval and one spend per person. */
function checked(rows: ReadonlyMap<string, Row>, row: Row): Row {
	const others = [...rows.values()].filter(({ reference }) => reference !== row.reference);
	const live = (each: Row) => isLive({ state: each.state });
	const clash = others.some(
		(other) =>
			(live(row) && live(other) && other.sessionId === row.sessionId && other.digest === row.digest) ||
			((row.state === "approved" || row.state === "spending") &&
				other.state === row.state &&
				other.accountId === row.accountId),
	);
	if (clash) throw new Error(`UNIQUE constraint failed: ${row.reference} is ${row.state}`);
	return row;
}

/** Only what is true in its state, as the real storage hands it out. */
function requestOf(row: Row): ResetRequest {
	const { state, expiresAt, decidedAt, usableFrom, endedAt, reason, failures, told, ...more } = row;
	const { leaseUntil, sending, ...rest } = more;
	const { onlyToken, ...facts } = rest;
	const members: Readonly<Record<RequestStateName, object>> = {
		pending: { expiresAt },
		approved: { decidedAt, usableFrom, expiresAt, failures, ...(onlyToken != null && { onlyToken }) },
		spending: { decidedAt, expiresAt, failures, leaseUntil, sending },
		spent: { decidedAt, endedAt },
		denied: { decidedAt, expiresAt, told },
		expired: { endedAt },
		withdrawn: { endedAt, reason },
		failed: { decidedAt, endedAt, reason },
	};
	return { ...facts, ...({ state, ...members[state] } as RequestState) };
}
