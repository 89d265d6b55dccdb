import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { addressRules, isSameCode, readAddress } from "../identifiers/index.ts";
import { type Attempts, createRegistrationLetterAttempts, type NewRateLimiter } from "../limits/index.ts";
import { tokenHash } from "../registration-tokens/index.ts";
import { secretHash } from "../secrets/index.ts";
import { registrationLifetimes } from "./lifetimes.ts";
import type { BegunRegistration, PeopleUnit } from "./ports.ts";

/** Where everybody who registers shows first that an e-mail address is theirs. Nothing of an account is there yet. */
export interface BegunRegistrations {
	/**
	 * Sends a letter there, whosever the address is: to who has an account by it the letter says that, and no code is in
	 * it. Answers and works the same for every address. The same asked twice within a minute is one letter.
	 */
	begin(asked: Asked): Promise<BeginOutcome>;
	/** Whether the same, asked again now, would be no other letter. */
	isUnderWay(asked: Pick<Asked, "typed" | "token" | "browser">): Promise<boolean>;
	/** What this browser has begun. */
	of(browser: string): Promise<Pick<BegunRegistration, "address" | "key" | "isProved"> | undefined>;
	/** Nothing of it stays, by the key of the address: what was begun with another one since does. */
	forget(begun: { readonly browser: string; readonly key: string }): Promise<void>;
	/** The code that was sent; once it was right, anything. */
	confirm(typed: { readonly browser: string; readonly code: string }): Promise<
		| { readonly ok: true }
		/** `gone`: over, or tried too often. */
		| { readonly ok: false; readonly reason: "wrong" | "gone" }
	>;
}

interface Asked {
	readonly typed: string;
	/** A registration token. */
	readonly token: string;
	/** To what the forms of this browser are tied. */
	readonly browser: string;
	readonly address: string;
}

export type BeginOutcome =
	| { readonly ok: true }
	/** `other-address`: the token is for another one. */
	| { readonly ok: false; readonly reason: "no-address" | "token-refused" | "other-address" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly newRateLimiter: NewRateLimiter;
	readonly needsToken: boolean;
	/** Of those who register, by their network. */
	readonly attempts: Attempts<string>;
	/** Of registration tokens that are guessed, by what is typed. */
	readonly tokens: Attempts<string>;
	/** The code in a letter of this seed. */
	readonly codeOf: (seed: string) => string;
}

export function createBegunRegistrations<Unit extends PeopleUnit>(deps: Deps<Unit>): BegunRegistrations {
	const { storage, clock, random, codeOf } = deps;
	const letters = createRegistrationLetterAttempts(deps.newRateLimiter);
	const isUnderWay: BegunRegistrations["isUnderWay"] = async ({ typed, token, browser }) => {
		const [now, key] = [clock(), readAddress(typed)?.key];
		const begun = await storage.read.begunRegistrations.find(secretHash(browser), now);
		const shown = deps.needsToken ? tokenHash(token) : undefined;
		if (begun === undefined || begun.key !== key || begun.tokenHash !== shown) return false;
		const isOnItsWay = begun.createdAt > now - registrationLifetimes.sameLetterMs && begun.tries === 0;
		return begun.isProved || isOnItsWay;
	};
	return {
		isUnderWay,

		async begin({ typed, token, browser, address: from }) {
			const read = readAddress(typed);
			if (read === undefined) return { ok: false, reason: "no-address" };
			const { address, key } = read;
			// Tokens that are guessed count, whatever comes of them.
			const allowed = await deps.attempts.take(from);
			if (!allowed.ok) return allowed;
			const shown = deps.needsToken ? tokenHash(token) : undefined;
			const guess = shown === undefined ? undefined : await deps.tokens.take(token);
			if (guess?.ok === false) return guess;
			const good =
				shown === undefined
					? undefined
					: await storage.read.registrationTokens.findGood({ hash: shown, now: clock() });
			if (shown !== undefined && good === undefined) return { ok: false, reason: "token-refused" };
			if (guess !== undefined) await deps.tokens.giveBack(token);
			if (good?.email !== undefined && good.email.key !== key) return { ok: false, reason: "other-address" };
			const letter = { address: from, to: key };
			const allowance = await letters.take(letter);
			// The same once more, when its letter was the last one allowed: that one left.
			if (!allowance.ok) return (await isUnderWay({ typed, token, browser })) ? { ok: true } : allowance;
			const isNew = await storage.write(async (unit) => {
				const now = clock();
				const [seed, expiresAt] = [random.token(), now + addressRules.codeMs];
				const begun = await unit.begunRegistrations.begin({
					...{ browserHash: secretHash(browser), address, key, tokenHash: shown, seed },
					...{ createdAt: now, expiresAt, since: now - registrationLifetimes.sameLetterMs },
				});
				const code = { kind: "registration-code", to: address, key, seed, expiresAt } as const;
				if (begun) await unit.mailTasks.addToNobody(code, now);
				return begun;
			});
			if (!isNew) await letters.giveBack(letter);
			return { ok: true };
		},

		async of(browser) {
			const found = await storage.read.begunRegistrations.find(secretHash(browser), clock());
			return found && { address: found.address, key: found.key, isProved: found.isProved };
		},

		forget: ({ browser, key }) =>
			storage.write(({ begunRegistrations }) =>
				begunRegistrations.forget({ browserHash: secretHash(browser), key }),
			),

		confirm: ({ browser, code }) =>
			storage.write(async ({ begunRegistrations }) => {
				const [browserHash, now] = [secretHash(browser), clock()];
				// A form that is sent twice is told the same.
				if ((await begunRegistrations.find(browserHash, now))?.isProved) return { ok: true };
				// The try is counted whatever comes of it, and before anything is compared.
				const tried = await begunRegistrations.tryCode({ browserHash, atMost: addressRules.tries, now });
				if (tried === undefined) return { ok: false, reason: "gone" };
				const { seed } = tried;
				if (!isSameCode(codeOf(seed), code)) return { ok: false, reason: "wrong" };
				const expiresAt = now + registrationLifetimes.provedMs;
				await begunRegistrations.prove({ browserHash, seed, now, expiresAt });
				return { ok: true };
			}),
	};
}
