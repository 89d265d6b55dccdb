import { timingSafeEqual } from "node:crypto";
import type { AccountId, Transactions } from "@countersign/core";
import type { SecurityEventKind } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { createAddressAttempts, createLossAttempts, type NewRateLimiter } from "../limits/index.ts";
import {
	type BrowserProof,
	endWithFactors,
	type FirstFactor,
	type PasswordRefusal,
	type Proofs,
} from "../proofs/index.ts";
import { endOfWait, lossLifetimes, momentOf } from "./lifetimes.ts";
import { type LossStep, mailboxesOf, mailLinks } from "./mailboxes.ts";
import type { Loss, LossUnit } from "./ports.ts";
import { stopGuessed } from "./stop-guessed.ts";

interface Deps<Unit extends LossUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly newRateLimiter: NewRateLimiter;
	/** Compares the password, and counts the tries. */
	readonly proofs: Pick<Proofs, "signIn">;
	/** What nobody makes up for the link in a letter to this address. */
	readonly secretOf: (step: LossStep, id: string, addressKey: string) => string;
}

/** What somebody is who gets back by a waiting time, in the order in which they come. */
export type LossState =
	/** There is no such way: no address that is old enough, or the mailbox would stand behind the password as well. */
	| { readonly state: "none" }
	/** They may ask. */
	| { readonly state: "open" }
	/** They have, and nobody has opened the letter so far. */
	| { readonly state: "asked" }
	| { readonly state: "waiting"; readonly since: number; readonly until: number }
	/** The time is over: the letter about that is good until then. */
	| { readonly state: "over"; readonly until: number };

/** What the link of a letter leads to. */
export type OpenedLoss = { readonly localpart: string } & (
	| { readonly state: "begin" }
	| { readonly state: "waiting"; readonly until: number }
	/** The other letter is the one to be opened. */
	| { readonly state: "over" }
	| { readonly state: "finish"; readonly until: number }
	| { readonly state: "done" }
);

type Throttled = { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };
/** Forged, over, stopped, or of an account to which something has happened since: one answer. */
type Gone = { readonly ok: false; readonly reason: "gone" };
type Opened = { readonly ok: true; readonly loss: OpenedLoss };

/** By a link of a letter, from there. */
interface LossProof {
	readonly token: string;
	readonly address: string;
}

/** The way back of who has lost every second factor: the password, a mailbox, and seven days in which nobody objects. */
export interface LostFactors {
	/** Of whose password was right. */
	state(accountId: AccountId): Promise<LossState>;
	/** Sends a letter by which the waiting time begins, or the one after it once more. What cannot be asked sends none. */
	ask(first: FirstFactor, address: string): Promise<{ readonly ok: true } | Throttled>;
	/** What a link is about. Nothing changes by it: programs that open every link in a letter open it too. */
	open(by: LossProof): Promise<Opened | Gone | Throttled>;
	/** Begins the waiting time, and has the person told at every address. Told the same as often as it is sent. */
	begin(by: LossProof): Promise<Opened | Gone | Throttled>;
	/**
	 * Takes every second factor away, once, after the waiting time and with the password: what `users reset-proof` does.
	 * Signs nobody in.
	 */
	finish(by: LossProof & { readonly password: string }): Promise<Opened | Gone | PasswordRefusal>;
	/** What waits, for the front page. */
	waiting(accountId: AccountId): Promise<Extract<LossState, { state: "waiting" | "over" }> | undefined>;
	/** Says that it was not them, in any browser in which they are signed in; it takes no proof. */
	stop(proof: BrowserProof, address: string): Promise<"done" | "signed-out">;
}

/** Links that are none, from one address: one that works costs nothing. */
const misses = { name: "lost factors link", points: 60, seconds: 60 } as const;
const gone = { ok: false, reason: "gone" } as const;

export function createLostFactors<Unit extends LossUnit>(deps: Deps<Unit>): LostFactors {
	const { storage, clock, random, proofs, secretOf } = deps;
	const askings = createLossAttempts(deps.newRateLimiter);
	const attempts = createAddressAttempts(misses, deps.newRateLimiter);

	const record = (unit: Unit, kind: SecurityEventKind, { accountId, address }: Where) =>
		unit.events.record({
			...{ id: random.token(), accountId, at: clock(), kind, address, detail: {} },
			actor: { kind: kind === "factors-lost-stopped" ? "person" : "somebody" },
		});
	/** The loss that the link names, by which letter, and to which address that was sent. */
	const read = async (token: string) => {
		const [id = "", given = "", more] = token.split(".", 3);
		const loss = more === undefined ? await storage.read.factorLosses.find(id, momentOf(clock())) : undefined;
		if (loss === undefined) return undefined;
		for (const { key } of await mailboxesOf(storage.read, loss))
			for (const step of ["begin", "finish"] as const)
				if (isSame(secretOf(step, id, key), given)) return { loss, step, key };
		return undefined;
	};
	const opened = async (token: string): Promise<Opened | Gone> => {
		const link = await read(token);
		return link === undefined ? gone : { ok: true, loss: openedLoss(link.loss, link.step) };
	};
	/** Counted before anything is looked at, and given back unless the link is none. */
	const counted = async (address: string, work: () => Promise<Opened | Gone>) => {
		const allowance = await attempts.take(address);
		if (!allowance.ok) return allowance;
		const outcome = await work();
		if (outcome.ok) await attempts.giveBack(address);
		return outcome;
	};

	return {
		async state(accountId) {
			const { factorLosses } = storage.read;
			const now = clock();
			const loss = await factorLosses.ofAccount(accountId, momentOf(now));
			if (loss !== undefined) return stateOf(loss);
			const may = await factorLosses.mayAsk(accountId);
			const mailboxes = may ? await mailboxesOf(storage.read, { accountId, askedAt: now }) : [];
			return { state: mailboxes.length > 0 ? "open" : "none" };
		},

		async ask({ accountId, generation }, address) {
			const allowance = await askings.take({ accountId, address });
			if (!allowance.ok) return allowance;
			await storage.write(async (unit) => {
				const at = momentOf(clock());
				const loss = await unit.factorLosses.ofAccount(accountId, at);
				if (loss !== undefined && loss.toldAt !== null) {
					const isAgain = await unit.factorLosses.tellAgain(loss.id, at);
					if (isAgain) await mailLinks(unit, loss, { step: "finish", at });
					return;
				}
				const asked = { id: random.token(), accountId, askedAt: at.now };
				if ((await mailboxesOf(unit, asked)).length === 0) return;
				if (!(await unit.factorLosses.ask({ ...asked, generation, at }))) return;
				await mailLinks(unit, asked, { step: "begin", at });
				await record(unit, "factors-lost-asked", { accountId, address });
			});
			return { ok: true };
		},

		open: ({ token, address }) => counted(address, () => opened(token)),

		begin: ({ token, address }) =>
			counted(address, async () => {
				const link = await read(token);
				if (link?.step === "begin" && link.loss.begunAt === null) {
					const { loss, key } = link;
					await storage.write(async (unit) => {
						const by = { id: loss.id, addressKey: key, at: momentOf(clock()) };
						// The line in the log is what the person is told of, at every address.
						if (await unit.factorLosses.begin(by))
							await record(unit, "factors-lost-begun", { accountId: loss.accountId, address });
					});
				}
				return opened(token);
			}),

		async finish({ token, password, address }) {
			const link = await read(token);
			if (link?.step !== "finish" || link.loss.doneAt !== null) return counted(address, () => opened(token));
			const { loss, key } = link;
			const { accountId, localpart } = loss;
			const entered = await proofs.signIn({ name: localpart, password, address });
			if (!entered.ok && entered.reason !== "second-factor") return entered;
			// Where a password is enough there is nothing to be taken away any more.
			if (entered.ok) return opened(token);
			if (entered.first.accountId !== accountId) return gone;
			await storage.write(async (unit) => {
				const at = momentOf(clock());
				if (await stopGuessed({ random, unit, at }, loss.id)) return;
				if (!(await unit.factorLosses.finish({ id: loss.id, addressKey: key, at }))) return;
				await endWithFactors(unit, accountId, at.now);
				await record(unit, "factors-lost-taken", { accountId, address });
			});
			return opened(token);
		},

		async waiting(accountId) {
			const loss = await storage.read.factorLosses.ofAccount(accountId, momentOf(clock()));
			const state = loss && stateOf(loss);
			return state?.state === "waiting" || state?.state === "over" ? state : undefined;
		},

		stop: (proof, address) =>
			storage.write(async (unit) => {
				const { accountId } = proof;
				if (!(await unit.browserSessions.isSignedIn(proof, clock()))) return "signed-out";
				const stopped = await unit.factorLosses.stop(accountId, momentOf(clock()).toldAfter);
				if (stopped === "waiting") await record(unit, "factors-lost-stopped", { accountId, address });
				return "done";
			}),
	};
}

interface Where {
	readonly accountId: AccountId;
	readonly address: string;
}

function stateOf({ begunAt, toldAt, refused }: Loss): Exclude<LossState, { state: "none" | "open" }> {
	if (begunAt === null) return { state: "asked" };
	return toldAt === null
		? { state: "waiting", since: begunAt, until: endOfWait({ begunAt, refused }) }
		: { state: "over", until: toldAt + lossLifetimes.takeMs };
}

function openedLoss(loss: Loss, step: LossStep): OpenedLoss {
	const { localpart, doneAt } = loss;
	if (doneAt !== null) return { localpart, state: "done" };
	const now = stateOf(loss);
	switch (now.state) {
		case "asked":
			return { localpart, state: "begin" };
		case "waiting":
			return { localpart, state: "waiting", until: now.until };
		case "over":
			return step === "begin"
				? { localpart, state: "over" }
				: { localpart, state: "finish", until: now.until };
	}
}

function isSame(ours: string, given: string): boolean {
	const [one, other] = [Buffer.from(ours), Buffer.from(given)];
	return one.length === other.length && timingSafeEqual(one, other);
}
