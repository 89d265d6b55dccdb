import type { AccountId, Transactions } from "@countersign/core";
import type { SecurityEventKind } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { createLetterAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { BrowserProof, ProofFor } from "../proofs/index.ts";
import { addressRules } from "./lifetimes.ts";
import type { AddressUnit, OwnAddress, WaitingAddress } from "./ports.ts";
import { readAddress } from "./read-address.ts";
import { isSameCode } from "./same-code.ts";

interface Deps<Unit extends AddressUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly newRateLimiter: NewRateLimiter;
	/** The code in a letter of this seed. */
	readonly codeOf: (seed: string) => string;
}

/** E-mail addresses of people who are signed in. */
export interface Addresses {
	/** Those that are theirs, and those that wait for their code. */
	listOf(accountId: AccountId): Promise<AddressList>;
	/** Sends a code there. Whose the address is besides is not told: the letter goes out all the same. */
	add(asked: {
		readonly proof: ProofFor<"change-addresses">;
		readonly typed: string;
		readonly address: string;
	}): Promise<AddOutcome>;
	/** The code that was sent, typed in whatever browser its person is signed in. */
	confirm(typed: {
		readonly proof: BrowserProof;
		readonly key: string;
		readonly code: string;
		readonly address: string;
	}): Promise<ConfirmOutcome>;
	/** The address is told that it is theirs no more. */
	remove(asked: {
		readonly proof: ProofFor<"change-addresses">;
		readonly key: string;
		readonly address: string;
	}): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: "none" | "signed-out" }>;
}

export interface AddressList {
	readonly own: readonly OwnAddress[];
	readonly waiting: readonly WaitingAddress[];
}

export type AddOutcome =
	| { readonly ok: true; readonly key: string }
	| { readonly ok: false; readonly reason: "no-address" | "yours" | "too-many" | "signed-out" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

export type ConfirmOutcome =
	| { readonly ok: true }
	/** `gone`: over, used, or tried too often. `taken`: another account has the address. */
	| { readonly ok: false; readonly reason: "wrong" | "gone" | "taken" | "signed-out" };

export function createAddresses<Unit extends AddressUnit>(deps: Deps<Unit>): Addresses {
	const { storage, clock, random } = deps;
	const attempts = createLetterAttempts(deps.newRateLimiter);

	const listOf = async (accountId: AccountId): Promise<AddressList> => {
		const { addresses } = storage.read;
		const [all, waiting] = await Promise.all([
			addresses.list(accountId),
			addresses.waiting(accountId, clock()),
		]);
		return { own: all.filter(({ verifiedAt }) => verifiedAt !== undefined), waiting };
	};

	const record = async (
		unit: Unit,
		kind: SecurityEventKind,
		{ accountId, at, address, detail }: Recorded,
	): Promise<string> => {
		const id = random.token();
		await unit.events.record({ ...{ id, accountId, at, kind, address, detail }, actor: { kind: "person" } });
		return id;
	};

	return {
		listOf,

		async add({ proof, typed }) {
			const read = readAddress(typed);
			if (read === undefined) return { ok: false, reason: "no-address" };
			const { accountId } = proof;
			const { address, key } = read;
			const { own, waiting } = await listOf(accountId);
			if (own.some((one) => one.key === key)) return { ok: false, reason: "yours" };
			const others = waiting.filter((one) => one.key !== key);
			if (own.length + others.length >= addressRules.atMost) return { ok: false, reason: "too-many" };
			const allowance = await attempts.take({ accountId, to: key });
			if (!allowance.ok) return allowance;
			const seed = random.token();
			return storage.write(async (unit): Promise<AddOutcome> => {
				const now = clock();
				if (!(await unit.browserSessions.isSignedIn(proof, now))) return { ok: false, reason: "signed-out" };
				const expiresAt = now + addressRules.codeMs;
				await unit.addresses.askCode({ accountId, key, address, seed, createdAt: now, expiresAt });
				const letter = { kind: "address-code", to: address, expiresAt, seed } as const;
				await unit.mailTasks.add(accountId, letter, now);
				return { ok: true, key };
			});
		},

		confirm: ({ proof, key, code, address: from }) =>
			storage.write(async (unit): Promise<ConfirmOutcome> => {
				const now = clock();
				const { accountId } = proof;
				if (!(await unit.browserSessions.isSignedIn(proof, now))) return { ok: false, reason: "signed-out" };
				// The try is counted whatever comes of it, and before anything is compared.
				const asked = { accountId, key, atMost: addressRules.tries, now };
				const waiting = await unit.addresses.tryCode(asked);
				if (waiting === undefined) return { ok: false, reason: "gone" };
				if (!isSameCode(deps.codeOf(waiting.seed), code)) return { ok: false, reason: "wrong" };
				await unit.addresses.dropCode(accountId, key);
				const { address } = waiting;
				const isTheirs = await unit.addresses.confirm({ accountId, key, address, at: now });
				if (!isTheirs) return { ok: false, reason: "taken" };
				await record(unit, "address-added", {
					accountId,
					at: now,
					address: from,
					detail: { email: address },
				});
				return { ok: true };
			}),

		remove: ({ proof, key, address: from }) =>
			storage.write(async (unit) => {
				const now = clock();
				const { accountId } = proof;
				if (!(await unit.browserSessions.isSignedIn(proof, now))) return { ok: false, reason: "signed-out" };
				const removed = await unit.addresses.remove(accountId, key);
				if (removed === undefined) return { ok: false, reason: "none" };
				const { address, wasVerified } = removed;
				const detail = { email: address, ...(wasVerified && { confirmed: "yes" }) };
				const eventId = await record(unit, "address-removed", { accountId, at: now, address: from, detail });
				const letter = { kind: "address-removed", to: address, expiresAt: now + noticeMs, eventId } as const;
				if (wasVerified) await unit.mailTasks.add(accountId, letter, now);
				return { ok: true };
			}),
	};
}

/** After three days it is no news any more. */
const noticeMs = 3 * 24 * 3_600_000;

interface Recorded {
	readonly accountId: AccountId;
	readonly at: number;
	/** Where it was done from. */
	readonly address: string;
	readonly detail: Readonly<Record<string, string>>;
}
