import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { secretHash } from "../secrets/index.ts";
import type { FirstShown, HowProved } from "./acts.ts";
import type { CodeRefusal, createCheckCode } from "./check-code.ts";
import type { createCheckPasskey, PasskeyRefusal } from "./check-passkey.ts";
import { takesCode } from "./factors.ts";
import type { ProofUnit } from "./ports.ts";
import { type Proof, presenceProof } from "./proof.ts";

/** Whose password was right, or whom another service vouched for, where that is not enough. It is no proof, and signs nobody in. */
export interface FirstFactor {
	readonly accountId: AccountId;
	/** Of the account when it was shown. */
	readonly generation: number;
	readonly how: FirstShown;
	/** When it was shown, here or at the other service. */
	readonly at: number;
	/** At the other service. Default: none that is known. */
	readonly stay?: string | undefined;
}

/** The second of the two steps of signing in. */
export interface SecondStep {
	/** Remembers the first one, for minutes. Returns the value of a cookie, always a new one. */
	begin(first: FirstFactor): Promise<string>;
	/** What the page asks for; undefined where the first step is over, or was never taken. */
	asks(cookieValue: string | undefined): Promise<SecondAsked | undefined>;
	/** Whose first step it was; undefined as there. */
	first(cookieValue: string | undefined): Promise<FirstFactor | undefined>;
	finish(entered: {
		readonly cookieValue: string | undefined;
		readonly passkey: string;
		/** A one-time code or a recovery code. */
		readonly code: string;
		readonly address: string;
	}): Promise<SecondOutcome>;
}

export interface SecondAsked {
	readonly localpart: string;
	/** What the first step was. */
	readonly first: FirstShown;
	/** For the browser's script, as JSON. Undefined: none of the passkeys is for this address. */
	readonly passkey: string | undefined;
	/** Whether a one-time code or a recovery code would do. */
	readonly code: boolean;
}

type SecondOutcome =
	| { readonly ok: true; readonly proof: Proof; readonly localpart: string }
	| PasskeyRefusal
	| CodeRefusal
	| { readonly ok: false; readonly reason: "missing" | "locked" }
	| { readonly ok: false; readonly reason: "over" };

export const secondStepMs = 10 * 60_000;

interface Deps<Unit extends ProofUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passkey: ReturnType<typeof createCheckPasskey<Unit>>;
	readonly checkCode: ReturnType<typeof createCheckCode<Unit>>;
}

export function createSecondStep<Unit extends ProofUnit>(deps: Deps<Unit>): SecondStep {
	const { storage, clock, random, passkey, checkCode } = deps;
	const find = async (cookieValue: string | undefined) => {
		if (cookieValue === undefined) return undefined;
		const idHash = secretHash(cookieValue);
		const begun = await storage.read.begunSignIns.find(idHash, clock());
		const account = begun && (await storage.read.accounts.find({ id: begun.accountId }));
		if (account === undefined || account.generation !== begun?.generation) return undefined;
		return account.deactivatedAt === null
			? { idHash, account, how: begun.how, at: begun.at, stay: begun.stay }
			: undefined;
	};
	const show = async ({ answer, code, ...who }: Shown) => {
		// By no browser: each sign-in that is begun would have tries of its own.
		if (answer === "") return checkCode({ accountId: who.accountId, address: who.address, code });
		const checked = await passkey.check({ purpose: "prove", ...who, answer });
		return checked.ok ? ({ ok: true, how: "passkey" } as const) : checked;
	};
	return {
		async begin(first) {
			const cookieValue = random.token(32);
			const signIn = { ...first, idHash: secretHash(cookieValue), expiresAt: clock() + secondStepMs };
			await storage.write((unit) => unit.begunSignIns.add(signIn));
			return cookieValue;
		},

		async asks(cookieValue) {
			const begun = await find(cookieValue);
			if (begun === undefined) return undefined;
			const { id: accountId, localpart } = begun.account;
			const asked = await passkey.ask({ purpose: "prove", browser: begun.idHash, accountId });
			return {
				...{ localpart, first: begun.how, passkey: asked },
				code: await takesCode(storage.read, accountId),
			};
		},

		async first(cookieValue) {
			const begun = await find(cookieValue);
			if (begun === undefined) return undefined;
			const { account, how, at, stay } = begun;
			return { accountId: account.id, generation: account.generation, how, at, stay };
		},

		async finish({ cookieValue, passkey: answer, code, address }) {
			const begun = await find(cookieValue);
			if (begun === undefined) return { ok: false, reason: "over" };
			if (answer === "" && code.trim() === "") return { ok: false, reason: "missing" };
			const { id: accountId, localpart, generation, lockedAt } = begun.account;
			const shown = await show({ accountId, browser: begun.idHash, answer, code, address });
			if (!shown.ok) return shown;
			if (lockedAt !== null) return { ok: false, reason: "locked" };
			const isEnded = await storage.write(async (unit) => {
				if (!(await unit.begunSignIns.end(begun.idHash))) return false;
				if (begun.how === "password") await unit.accounts.vouchForPassword({ id: accountId, generation });
				return true;
			});
			if (!isEnded) return { ok: false, reason: "over" };
			const how = withFirst(begun.how, shown.how);
			// Two factors are as old as the older one; a passkey is two by itself.
			const at = how === "passkey" ? clock() : Math.min(begun.at, clock());
			const proof = presenceProof({ how, at, accountId, generation, stay: begun.stay });
			return { ok: true, proof, localpart };
		},
	};
}

/** A code stands beside what was shown before it. */
function withFirst(first: FirstShown, how: HowProved): HowProved {
	if (first === "password") return how;
	if (how === "password-and-code") return "upstream-and-code";
	return how === "password-and-recovery-code" ? "upstream-and-recovery-code" : how;
}

interface Shown {
	readonly accountId: AccountId;
	readonly browser: string;
	readonly answer: string;
	readonly code: string;
	readonly address: string;
}
