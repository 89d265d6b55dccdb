import { type AccountId, asAccountId, type Transactions } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import {
	type Attempts,
	createPromptAttempts,
	createSignInAttempts,
	type NewRateLimiter,
} from "../limits/index.ts";
import { type Passwords, readPassword } from "./passwords.ts";
import type { ProofUnit, ProvableAccount } from "./ports.ts";

interface Deps<Unit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
	readonly newRateLimiter: NewRateLimiter;
	readonly noteRefusal: (event: SecurityEvent) => void;
}

type PasswordCheck = {
	readonly password: string;
	readonly address: string;
} & (
	| { /** Somebody wants to sign in under this name, as they wrote it. */ readonly name: string }
	| {
			/** Somebody signed in proves to be still there. */
			readonly accountId: AccountId;
			/** `idHash` of the browser session in which they are. */
			readonly browser: string;
	  }
);

export type PasswordRefusal =
	| { readonly ok: false; readonly reason: "wrong" | "locked" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

/** The account as it was read before the comparison, which takes a while: what the proof says is of then. */
type CheckedPassword = { readonly ok: true; readonly account: ProvableAccount } | PasswordRefusal;

export function createCheckPassword<Unit extends ProofUnit>(deps: Deps<Unit>) {
	const { storage, passwords } = deps;
	const signIns = createSignInAttempts(deps.newRateLimiter);
	const prompts = createPromptAttempts(deps.newRateLimiter);
	// Made at once, not at the first need: who asks first for an unknown name must not wait longer.
	passwords.nobodys().catch(() => {});
	return async (check: PasswordCheck): Promise<CheckedPassword> => {
		const by = "accountId" in check ? { id: check.accountId } : { name: check.name };
		const row = await storage.read.accounts.find(by);
		const attempt = "accountId" in check ? of(prompts, check) : of(signIns, named(check, row));
		const allowance = await attempt.take();
		if (!allowance.ok) return allowance;
		const typed = readPassword(check.password);
		const hash = row?.deactivatedAt === null ? row.passwordHash : null;
		const nobodys = await passwords.nobodys();
		const matches = await passwords.verify(hash ?? nobodys, typed.ok ? check.password : "");
		if (row === undefined || hash === null || !matches || !typed.ok) {
			// Of an account that there is not, where nobody has the name: what follows takes one time.
			deps.noteRefusal(refusal(deps, row?.id ?? asAccountId(deps.random.token()), check));
			return { ok: false, reason: "wrong" };
		}
		await attempt.giveBack();
		if (await passwords.isOutdated(hash)) {
			const to = await passwords.hash(typed.password);
			await storage.write((unit) => unit.accounts.rehash({ id: row.id, from: hash, to }));
		}
		return row.lockedAt === null ? { ok: true, account: row } : { ok: false, reason: "locked" };
	};
}

function of<Who>(attempts: Attempts<Who>, who: Who) {
	return { take: () => attempts.take(who), giveBack: () => attempts.giveBack(who) };
}

/** Under the name that was found: a name has several spellings. */
function named(
	{ name, address }: { readonly name: string; readonly address: string },
	row: ProvableAccount | undefined,
) {
	return { localpart: row?.localpart ?? name.slice(0, 255).toLowerCase(), address };
}

function refusal<Unit>(
	{ clock, random }: Deps<Unit>,
	accountId: AccountId,
	check: PasswordCheck,
): SecurityEvent {
	return {
		id: random.token(),
		accountId,
		at: clock(),
		kind: "accountId" in check ? "password-refused" : "sign-in-refused",
		address: check.address,
		actor: { kind: "somebody" },
		detail: {},
	};
}
