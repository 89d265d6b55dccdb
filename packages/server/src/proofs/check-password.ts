import { type AccountId, asAccountId, type Transactions } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import {
	type Attempts,
	createEntryAttempts,
	createPromptAttempts,
	createSharedSignInAttempts,
	createSignInAttempts,
	type NewRateLimiter,
} from "../limits/index.ts";
import { checkInDirectory, placeOf } from "./check-in-directory.ts";
import { type Passwords, readPassword } from "./passwords.ts";
import type { PasswordDirectory, ProofUnit, ProvableAccount } from "./ports.ts";

interface Deps<Unit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
	/** Default: there is none. */
	readonly directory?: PasswordDirectory | undefined;
	/** What was typed as an e-mail address, by its key. Default: nothing is one. */
	readonly addressKeyOf?: ((typed: string) => string | undefined) | undefined;
	readonly newRateLimiter: NewRateLimiter;
	/** Whether anybody may sign in by an e-mail address. */
	readonly byAddress: boolean;
	readonly noteRefusal: (event: SecurityEvent) => void;
}

type PasswordCheck = {
	readonly password: string;
	readonly address: string;
} & (
	| {
			/** Somebody wants to sign in under this name, as they wrote it. */
			readonly name: string;
			/** What they wrote as an e-mail address, by its key, where that does as well. */
			readonly addressKey?: string | undefined;
	  }
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
	const shared = createSharedSignInAttempts(deps.newRateLimiter);
	const prompts = createPromptAttempts(deps.newRateLimiter);
	const tries = createEntryAttempts(deps.newRateLimiter);
	// Made at once, not at the first need: who asks first for an unknown name must not wait longer.
	passwords.nobodys().catch(() => {});
	return async (check: PasswordCheck): Promise<CheckedPassword> => {
		const { row, typedAs } = await find(deps, check);
		const attempt = "accountId" in check ? of(prompts, check) : of(signIns, named(check, typedAs));
		const allowance = await attempt.take();
		if (!allowance.ok) return allowance;
		// By one spelling as by another, one account has one allowance. That it is used up is no answer of its own: it would
		// say whose the address is.
		const both =
			deps.byAddress && !("accountId" in check)
				? of(shared, named(check, row?.localpart ?? typedAs))
				: undefined;
		const isAllowed = (await both?.take())?.ok ?? true;
		const typed = readPassword(check.password);
		const name = "name" in check ? check.name : undefined;
		const place = await placeOf(deps, row, name);
		const password = typed.ok && isAllowed ? check.password : "";
		const giveBack = async () => {
			await attempt.giveBack();
			if (isAllowed) await both?.giveBack();
		};
		const inDirectory = checkInDirectory(
			{ ...deps, tries },
			{ place, row, name, password, address: check.address },
		);
		// It is waited for below, and may fail before.
		inDirectory.catch(() => {});
		const hash = isAllowed && place.is === "here" ? place.hash : null;
		const matches = await passwords.verify(
			hash ?? (await passwords.nobodys()),
			typed.ok ? check.password : "",
		);
		if (row !== undefined && hash !== null && matches && typed.ok) {
			await giveBack();
			if (await passwords.isOutdated(hash)) {
				const to = await passwords.hash(typed.password);
				await storage.write((unit) => unit.accounts.rehash({ id: row.id, from: hash, to }));
			}
			return good(row);
		}
		const there = await inDirectory.catch(async (error: unknown) => {
			// Nothing was tried.
			await giveBack();
			throw error;
		});
		if (there.is !== "theirs") {
			// Of an account that there is not, where nobody has the name: what follows takes one time. So it is where the
			// password was not looked at: by the lines of the log the waiting time of lost factors grows (decision 141).
			const whose = isAllowed && there.is === "wrong" ? row?.id : undefined;
			deps.noteRefusal(refusal(deps, whose ?? asAccountId(deps.random.token()), check));
			return { ok: false, reason: "wrong" };
		}
		await giveBack();
		return good(there.account);
	};
}

function good(account: ProvableAccount): CheckedPassword {
	return account.lockedAt === null ? { ok: true, account } : { ok: false, reason: "locked" };
}

function of<Who>(attempts: Attempts<Who>, who: Who) {
	return { take: () => attempts.take(who), giveBack: () => attempts.giveBack(who) };
}

interface Found {
	readonly row: ProvableAccount | undefined;
	/** What visible tries are counted under: the name that was found, since a name has several spellings, or what was typed. */
	readonly typedAs: string;
}

/** Who is meant: the one with this name, before the one who has the address. As many statements whether there is anybody. */
async function find<Unit extends ProofUnit>(
	{ storage, byAddress }: Deps<Unit>,
	check: PasswordCheck,
): Promise<Found> {
	const { accounts, addresses } = storage.read;
	if ("accountId" in check) return { row: await accounts.find({ id: check.accountId }), typedAs: "" };
	const named = await accounts.find({ name: check.name });
	const typedAs = named?.localpart ?? check.name.slice(0, 255).toLowerCase();
	const { addressKey } = check;
	if (!byAddress || addressKey === undefined) return { row: named, typedAs };
	const owner = await addresses.ownerOf(addressKey);
	const owning = await accounts.find({ id: owner?.accountId ?? asAccountId("") });
	return named === undefined ? { row: owning, typedAs: addressKey } : { row: named, typedAs };
}

function named({ address }: { readonly address: string }, localpart: string) {
	return { localpart, address };
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
