import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { NewRateLimiter } from "../limits/index.ts";
import { doesFor, type SensitiveAct } from "./acts.ts";
import { createCheckPassword, type PasswordRefusal } from "./check-password.ts";
import { createPasswords, type Passwords } from "./passwords.ts";
import type { ProofUnit } from "./ports.ts";
import { type BrowserProof, goodProof, type Proof, type ProofFor, presenceProof } from "./proof.ts";
import { createRefusalLog } from "./refusal-log.ts";

export interface ProofsDeps<Unit extends ProofUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Told when a line of the security log could not be written. */
	readonly onError: (error: unknown) => void;
	/** Default: argon2id. */
	readonly passwords?: Passwords;
	readonly newRateLimiter: NewRateLimiter;
}

/** The one door for what people enter to show that an account is theirs. */
export interface Proofs {
	/**
	 * Somebody wants to sign in under this name. Unknown, closed and wrong are one answer that takes one time; a lock is
	 * told only to who knows the password.
	 */
	signIn(
		entered: Entered & { /** As they wrote it. */ readonly name: string },
	): Promise<
		(Outcome<Proof> & { /** As it is in their user id. */ readonly localpart: string }) | PasswordRefusal
	>;
	/** Somebody signed in enters the password once more, which is noted for their browser. */
	again(
		last: BrowserProof,
		entered: Entered,
	): Promise<Outcome<BrowserProof> | Exclude<ProofRefusal, { reason: "missing" }>>;
	/** Whether the form for this act has to ask, with the last proof of the browser. */
	isAskedFor(act: SensitiveAct, last: BrowserProof): boolean;
	/** The last proof where that does for the act, or what is entered with it; without either, `missing`. */
	forAct<Act extends SensitiveAct>(
		act: Act,
		last: BrowserProof,
		entered: Entered,
	): Promise<Outcome<ProofFor<Act>> | ProofRefusal>;
	/** Resolves when refusals noted so far are stored. Call before the storage is closed. */
	flush(): Promise<void>;
}

interface Entered {
	readonly password: string;
	readonly address: string;
}

interface Outcome<Made extends Proof> {
	readonly ok: true;
	readonly proof: Made;
}

export type ProofRefusal =
	| PasswordRefusal
	/** Nothing was entered. */
	| { readonly ok: false; readonly reason: "missing" }
	/** The browser was signed out meanwhile. */
	| { readonly ok: false; readonly reason: "signed-out" };

export function createProofs<Unit extends ProofUnit>(deps: ProofsDeps<Unit>): Proofs {
	const { storage, clock } = deps;
	const refusals = createRefusalLog(storage, deps.onError);
	const passwords = deps.passwords ?? createPasswords();
	const check = createCheckPassword({ ...deps, passwords, noteRefusal: refusals.note });

	const again: Proofs["again"] = async (last, entered) => {
		const { accountId, browser } = last;
		const checked = await check({ accountId, browser, ...entered });
		if (!checked.ok) return checked;
		const at = clock();
		const isThere = await storage.write((unit) => unit.browserSessions.prove(browser, at));
		if (!isThere) return { ok: false, reason: "signed-out" };
		const { generation } = checked.account;
		return { ok: true, proof: presenceProof({ how: "password", at, accountId, browser, generation }) };
	};

	return {
		async signIn(entered) {
			const checked = await check(entered);
			if (!checked.ok) return checked;
			const { id: accountId, generation, localpart } = checked.account;
			const proof = presenceProof({ how: "password", at: clock(), accountId, generation });
			return { ok: true, proof, localpart };
		},
		again,
		isAskedFor: (act, last) => !doesFor(act, last, clock()),
		async forAct(act, last, entered) {
			if (doesFor(act, last, clock())) return { ok: true, proof: goodProof(act, last) };
			if (entered.password === "") return { ok: false, reason: "missing" };
			const entry = await again(last, entered);
			return entry.ok ? { ok: true, proof: goodProof(act, entry.proof) } : entry;
		},
		flush: refusals.flush,
	};
}
