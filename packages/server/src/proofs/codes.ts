import { type AccountId, isFresh, type Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { Challenges } from "./challenges.ts";
import type { Demands } from "./demands.ts";
import { endWhatAPasswordGave, toldAgainMs } from "./factors.ts";
import { newSecret, openSecret, sealSecret, secretAddress, stepOf } from "./one-time-codes.ts";
import type { ProofUnit } from "./ports.ts";
import type { BrowserProof, ProofFor } from "./proof.ts";
import { newRecoveryCode, recoveryCodesAtOnce, recoveryHash } from "./recovery-codes.ts";
import type { WaysIn } from "./ways-in.ts";

interface Deps<Unit extends ProofUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly challenges: Challenges;
	readonly demands: Pick<Demands, "isDemandedOf">;
	readonly ways: Pick<WaysIn, "isProvable">;
	readonly sealKey: Uint8Array;
}

/** A person's own one-time codes and recovery codes. */
export interface Codes {
	/** Since when an app shows codes for the account; undefined: none does. How many recovery codes are left. */
	stateOf(accountId: AccountId): Promise<{ readonly since: number | undefined; readonly left: number }>;
	/** Whether there is what codes stand beside: a password, or a passkey. By themselves they prove nothing. */
	canBeMade(accountId: AccountId): Promise<boolean>;
	/** A new secret for an app. `ticket` is the permission to keep it: in this browser, once, within minutes. */
	begin(proof: ProofFor<"add-factor">, person: { readonly userId: string; readonly issuer: string }): NewApp;
	/** The same, shown once more. */
	again(app: Pick<NewApp, "secret" | "ticket">, person: { userId: string; issuer: string }): NewApp;
	/** Keeps it, once the app shows its codes. With the first second factor other browsers are signed out. `alone`: as `canBeMade`. */
	keep(made: {
		readonly by: BrowserProof;
		readonly secret: string;
		readonly ticket: string;
		readonly code: string;
		readonly address: string;
	}): Promise<
		{ readonly ok: true } | { readonly ok: false; readonly reason: "wrong" | "late" | "alone" | "signed-out" }
	>;
	/** `demanded`: the account would be left without a second factor, which the operator demands. */
	remove(removal: {
		readonly proof: ProofFor<"remove-factor">;
		readonly address: string;
	}): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: "signed-out" | "demanded" }>;
	/**
	 * Ten new ones, told once; earlier ones are over. `no-factor`: there is none that they could stand in for, and whoever
	 * knows the password alone must not put some by for when there is.
	 */
	makeRecoveryCodes(asked: {
		readonly proof: ProofFor<"make-recovery-codes">;
		readonly address: string;
	}): Promise<
		| { readonly ok: true; readonly codes: readonly string[] }
		| { readonly ok: false; readonly reason: "signed-out" | "no-factor" }
	>;
	/** Whether recovery codes were made a moment ago: whoever is refused now may have sent the form twice, and seen none. */
	areNew(accountId: AccountId): Promise<boolean>;
}

export interface NewApp {
	readonly secret: string;
	readonly ticket: string;
	/** What the QR code holds. */
	readonly uri: string;
}

export function createCodes<Unit extends ProofUnit>(deps: Deps<Unit>): Codes {
	const { storage, clock, random, challenges, demands, ways, sealKey } = deps;
	const log = (unit: Unit, kind: Kind, { by, address, at, isFirst = false }: Doing) =>
		unit.events.record({
			...{ id: random.token(), accountId: by.accountId, at, kind, address },
			...{ actor: { kind: "person" }, detail: isFirst ? { first: "yes" } : {} },
		});
	return {
		async stateOf(accountId) {
			const [app, left] = await Promise.all([
				storage.read.oneTimeCodes.find(accountId),
				storage.read.recoveryCodes.left(accountId),
			]);
			return { since: app?.createdAt, left };
		},

		canBeMade: (accountId) => ways.isProvable(storage.read, accountId),

		begin(proof, person) {
			const secret = newSecret(random.bytes(20));
			const ticket = challenges.make(ticketFor(proof, secret));
			return { secret, ticket, uri: secretAddress(secret, person) };
		},

		again: ({ secret, ticket }, person) => ({ secret, ticket, uri: secretAddress(secret, person) }),

		async keep({ by, secret, ticket, code, address }) {
			const [at, { accountId }] = [clock(), by];
			// Sent twice, as by a double click, it is told that it is kept.
			const isKept = async ({ oneTimeCodes }: Pick<ProofUnit, "oneTimeCodes">) => {
				const app = await oneTimeCodes.find(accountId);
				if (app === undefined || !isFresh(app.createdAt, toldAgainMs, at)) return false;
				return openSecret(sealKey, app.secret, accountId) === secret;
			};
			if (await isKept(storage.read)) return { ok: true };
			const permitted = challenges.read(ticket, ticketFor(by, secret));
			if (permitted === undefined) return { ok: false, reason: "late" };
			const step = stepOf(secret, code.replaceAll(/\s/g, ""), at);
			if (step === undefined) return { ok: false, reason: "wrong" };
			const sealed = sealSecret(sealKey, secret, accountId);
			return storage.write(async (unit) => {
				if (await isKept(unit)) return { ok: true };
				if (!(await unit.browserSessions.isSignedIn(by, at))) return { ok: false, reason: "signed-out" };
				if (!(await ways.isProvable(unit, accountId))) return { ok: false, reason: "alone" };
				if (!(await unit.challenges.use(permitted.hash, permitted.expiresAt)))
					return { ok: false, reason: "late" };
				const isFirst = !(await unit.secondFactors.isThere(accountId));
				if (isFirst) await endWhatAPasswordGave(unit, by, at);
				await unit.oneTimeCodes.put({ accountId, secret: sealed, lastStep: step, createdAt: at });
				await log(unit, "codes-added", { by, address, at, isFirst });
				return { ok: true };
			});
		},

		remove: ({ proof: by, address }) =>
			storage.write(async (unit) => {
				const at = clock();
				const { accountId } = by;
				if (!(await unit.browserSessions.isSignedIn(by, at))) return { ok: false, reason: "signed-out" };
				if ((await unit.oneTimeCodes.find(accountId)) === undefined) return { ok: true };
				const account = await unit.accounts.find({ id: accountId });
				const isOnly = (await unit.passkeys.list(accountId)).length === 0;
				if (account && demands.isDemandedOf(account) && isOnly) return { ok: false, reason: "demanded" };
				if (await unit.oneTimeCodes.remove(accountId)) await log(unit, "codes-removed", { by, address, at });
				return { ok: true };
			}),

		async makeRecoveryCodes({ proof: by, address }) {
			const { accountId } = by;
			const codes = Array.from({ length: recoveryCodesAtOnce }, () => newRecoveryCode(random.bytes));
			return storage.write(async (unit) => {
				const at = clock();
				if (!(await unit.browserSessions.isSignedIn(by, at))) return { ok: false, reason: "signed-out" };
				if (!(await unit.secondFactors.isThere(accountId))) return { ok: false, reason: "no-factor" };
				await unit.recoveryCodes.removeAllOf(accountId);
				await unit.recoveryCodes.add(
					accountId,
					codes.map((code) => recoveryHash(accountId, code)),
				);
				await log(unit, "recovery-codes-made", { by, address, at });
				return { ok: true, codes };
			});
		},

		async areNew(accountId) {
			const page = { limit: 1, kinds: ["recovery-codes-made"] } as const;
			const [made] = await storage.read.events.list(accountId, page);
			return made !== undefined && isFresh(made.at, toldAgainMs, clock());
		},
	};
}

interface Doing {
	readonly by: BrowserProof;
	readonly address: string;
	/** The time of what is done, so that one finds the other. */
	readonly at: number;
	/** Whether it makes two factors of one. */
	readonly isFirst?: boolean;
}

type Kind = "codes-added" | "codes-removed" | "recovery-codes-made";

/** For this secret alone: the page that shows it sends it back. */
function ticketFor({ accountId, browser, generation }: BrowserProof, secret: string) {
	return { purpose: `add ${accountId} ${generation} ${secret}`, browser } as const;
}
