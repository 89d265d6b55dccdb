import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { type CheckedPassword, type PasswordCheck, type Passwords, parsePassword } from "../proofs/index.ts";
import { isJustNow } from "./lifetimes.ts";
import type { ChangeOutcome, PasswordChange } from "./people.ts";
import type { PeopleUnit, StoredAccount } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
	readonly check: (check: PasswordCheck) => Promise<CheckedPassword<StoredAccount>>;
}

export function createChangePassword<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage, passwords } = deps;
	return async (change: PasswordChange): Promise<ChangeOutcome> => {
		const { accountId, address, browser } = change;
		const next = parsePassword(change.next);
		if (!next.ok) return next;
		const checked = await deps.check({ accountId, browser, password: change.current, address });
		if (!checked.ok) return checked.reason === "wrong" ? changedBefore(deps, change) : checked;
		const to = await passwords.hash(next.password);
		const now = deps.clock();
		const replaced = await storage.write(async (unit) => {
			// Hashing took a while: what was checked must be what is replaced.
			const done = await unit.accounts.replacePassword({ id: accountId, from: checked.hash, to, at: now });
			if (!done) return false;
			// Whoever knew the old password may have given them. What waits is still to be approved by who knows the new one.
			await unit.requests.withdraw({ of: "approvals", accountId }, "password-changed", now);
			await unit.browserSessions.endAllOf(accountId, browser);
			const event = { id: deps.random.token(), accountId, at: now, kind: "password-changed" } as const;
			await unit.events.record({ ...event, address, detail: {} });
			return true;
		});
		return replaced ? { ok: true } : changedBefore(deps, change);
	};
}

/**
 * The password is not the old one any more: where it was just changed, and to the new one, the same form was sent
 * before, by a double click or a reload, and what it asked for is so. Asked through the same door as every other try,
 * and only after a change, so that a wrong guess is one try.
 */
async function changedBefore<Unit extends PeopleUnit>(
	{ storage, clock, check }: Deps<Unit>,
	{ accountId, browser, next, address }: PasswordChange,
): Promise<ChangeOutcome> {
	const account = await storage.read.accounts.find({ id: accountId });
	if (account === undefined || !isChangedJustNow(account, clock())) return { ok: false, reason: "wrong" };
	const checked = await check({ accountId, browser, password: next, address });
	return checked.ok ? { ok: true } : checked;
}

function isChangedJustNow({ passwordChangedAt, createdAt }: StoredAccount, now: number): boolean {
	return passwordChangedAt !== null && passwordChangedAt !== createdAt && isJustNow(passwordChangedAt, now);
}
