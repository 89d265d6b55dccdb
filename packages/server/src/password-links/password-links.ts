import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import { isJustNow, ownWordsOf, replaceUnknownPassword } from "../people/index.ts";
import { checkNewPassword, type NewPasswordRefusal, type Passwords, parsePassword } from "../proofs/index.ts";
import { secretHash } from "../secrets/index.ts";
import type { LinkUnit, LiveLink } from "./ports.ts";

interface Deps<Unit extends LinkUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
	readonly newRateLimiter: NewRateLimiter;
	readonly serverName: string;
	/** In whose name the pages are. Default: nobody's. */
	readonly operatorName?: string | undefined;
	/** Signs every app of the account out, inside the caller's transaction. */
	readonly endSessions: (
		unit: Unit,
		ending: { readonly accountId: AccountId; readonly now: number; readonly address: string },
	) => Promise<unknown>;
	/** Waits until the homeserver knows, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

export type LinkedPerson = LiveLink;

export interface PasswordLinks {
	/** Whose password the link sets. Nothing changes by it: programs that show what is behind a link open it too. */
	open(
		secret: string,
		address: string,
	): Promise<{ readonly ok: true; readonly link: LiveLink } | LinkRefusal>;
	/**
	 * Sets the password, once, and signs out every browser. The same form with the same password, sent again a moment
	 * later, is told the same.
	 */
	setPassword(setting: PasswordSetting): Promise<SetOutcome>;
	/** Whether this form has just set this password. Nothing changes by it. */
	wasJustSet(setting: PasswordSetting): Promise<SetOutcome>;
}

export interface PasswordSetting {
	readonly secret: string;
	readonly password: string;
	/** Whether apps are signed out too. */
	readonly everywhere: boolean;
	/** What the form was sent with that no other browser has. */
	readonly formToken: string;
	readonly address: string;
}

type LinkRefusal =
	/** Unknown, used, over, replaced, or its account is locked, closed or has another password: one answer. */
	| { readonly ok: false; readonly reason: "gone" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

type SetOutcome =
	| { readonly ok: true; readonly localpart: string }
	| { readonly ok: false; readonly reason: NewPasswordRefusal }
	| LinkRefusal;

/** Links that are none, from one address: one that works costs nothing. */
const misses = { name: "password link", points: 60, seconds: 60 } as const;

const gone = { ok: false, reason: "gone" } as const;

export function createPasswordLinks<Unit extends LinkUnit>(deps: Deps<Unit>): PasswordLinks {
	const { storage, clock, passwords, serverName, operatorName } = deps;
	const attempts = createAddressAttempts(misses, deps.newRateLimiter);
	/** Counted before anything is looked at, and given back unless the link is none. */
	const counted = async <
		Outcome extends { readonly ok: true } | { readonly ok: false; readonly reason: string },
	>(
		address: string,
		work: () => Promise<Outcome>,
	): Promise<Outcome | LinkRefusal> => {
		const allowance = await attempts.take(address);
		if (!allowance.ok) return allowance;
		const outcome = await work();
		if (outcome.ok || outcome.reason !== "gone") await attempts.giveBack(address);
		return outcome;
	};
	const setBefore = async ({ secret, password, formToken }: PasswordSetting): Promise<SetOutcome> => {
		const used = await storage.read.passwordLinks.findUsed(secretHash(secret), secretHash(formToken));
		const { passwordHash = null, localpart = "" } = used?.account ?? {};
		if (used === undefined || passwordHash === null || !isJustNow(used.usedAt, clock())) return gone;
		return (await passwords.verify(passwordHash, password)) ? { ok: true, localpart } : gone;
	};
	const check = async (localpart: string, password: string) => {
		const { id: accountId } = (await storage.read.accounts.find({ localpart })) ?? {};
		if (accountId === undefined) return gone;
		const words = await ownWordsOf(storage.read, { accountId, serverName, operatorName });
		return checkNewPassword(password, words);
	};
	const read = ({ password }: PasswordSetting) => parsePassword(password);
	return {
		open: (secret, address) =>
			counted(address, async () => {
				const link = await storage.read.passwordLinks.findLive(secretHash(secret), clock());
				return link === undefined ? gone : { ok: true, link };
			}),

		async setPassword(setting) {
			const typed = read(setting);
			if (!typed.ok) return typed;
			const { password } = typed;
			return counted(setting.address, async () => {
				const link = await storage.read.passwordLinks.findLive(secretHash(setting.secret), clock());
				const checked = link && (await check(link.localpart, password));
				if (checked?.ok === false) return checked;
				const isSet = link !== undefined && (await set(deps, { ...setting, password }));
				return isSet ? { ok: true, localpart: link.localpart } : setBefore({ ...setting, password });
			});
		},

		async wasJustSet(setting) {
			const typed = read(setting);
			if (!typed.ok) return typed;
			return counted(setting.address, () => setBefore({ ...setting, password: typed.password }));
		},
	};
}

async function set<Unit extends LinkUnit>(
	{ storage, clock, random, passwords, endSessions, afterEnd = async () => {} }: Deps<Unit>,
	{ secret, password, everywhere, formToken, address }: PasswordSetting,
): Promise<boolean> {
	const to = await passwords.hash(password);
	const setFor = await storage.write(async (unit) => {
		const now = clock();
		const use = { secretHash: secretHash(secret), usedBy: secretHash(formToken), now };
		// Hashing took a while, and others may have the link: the statement decides whose it is.
		const used = await unit.passwordLinks.use(use);
		if (used === undefined) return undefined;
		const { accountId, generation, isMailed } = used;
		const isReplaced = await replaceUnknownPassword(unit, {
			id: accountId,
			generation,
			to,
			at: now,
			isMailed,
		});
		if (!isReplaced) throw new Error("a link was used for an account of another generation");
		const done = { accountId, at: now, address, actor: { kind: "person" }, detail: {} } as const;
		const kind = isMailed ? "password-set-by-mail" : "password-set-by-link";
		await unit.events.record({ id: random.token(), kind, ...done });
		if (everywhere) await endSessions(unit, { accountId, now, address });
		return accountId;
	});
	if (everywhere && setFor !== undefined) await afterEnd(setFor);
	return setFor !== undefined;
}
