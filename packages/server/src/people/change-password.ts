import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { checkNewPassword, type Passwords } from "../proofs/index.ts";
import { isJustNow } from "./lifetimes.ts";
import { ownWordsOf } from "./own-words.ts";
import type { ChangeOutcome, PasswordChange } from "./people.ts";
import type { PeopleUnit, StoredAccount } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
	readonly directory?: { readonly provider: string } | undefined;
	readonly serverName: string;
	readonly operatorName?: string | undefined;
}

export function createChangePassword<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage, passwords, random } = deps;
	return async ({ proof, next, address }: PasswordChange): Promise<ChangeOutcome> => {
		const { accountId, generation, browser } = proof;
		const typed = await checkChosen(deps, accountId, next);
		if (!typed.ok) return typed;
		const to = await passwords.hash(typed.password);
		const now = deps.clock();
		const replaced = await storage.write(async (unit) => {
			if (await isElsewhere(unit, accountId, deps.directory)) return "elsewhere";
			// Comparing and hashing took a while: what was checked must be what is replaced, and each change raises this.
			const isDone =
				(await unit.browserSessions.isSignedIn(proof, now)) &&
				(await unit.accounts.replacePassword({ id: accountId, generation, to, at: now }));
			if (!isDone) return false;
			// Whoever knew the old password may have given them. What waits is still to be approved by who knows the new one.
			await unit.requests.withdraw({ of: "approvals", accountId }, "password-changed", now);
			await unit.browserSessions.endAllOf(accountId, browser);
			const event = { id: random.token(), accountId, at: now, kind: "password-changed" } as const;
			await unit.events.record({ ...event, address, actor: { kind: "person" }, detail: {} });
			return true;
		});
		if (replaced === "elsewhere") return { ok: false, reason: replaced };
		return replaced ? { ok: true } : { ok: false, reason: "signed-out" };
	};
}

/** One of here, beside the directory's, would let in who is let in there no more. */
async function isElsewhere(
	{ accounts, accountLinks }: Pick<PeopleUnit, "accounts" | "accountLinks">,
	id: AccountId,
	directory: { readonly provider: string } | undefined,
): Promise<boolean> {
	if (directory === undefined || (await accounts.find({ id }))?.passwordHash !== null) return false;
	return (await accountLinks.list(id)).some(({ provider }) => provider === directory.provider);
}

/** Whether somebody who has an account may have this as their password. */
export async function checkChosen<Unit extends PeopleUnit>(
	{ storage, serverName, operatorName }: Pick<Deps<Unit>, "storage" | "serverName" | "operatorName">,
	accountId: AccountId,
	next: string,
): ReturnType<typeof checkNewPassword> {
	return checkNewPassword(next, await ownWordsOf(storage.read, { accountId, serverName, operatorName }));
}

/** The first password is no changed one. */
export function isPasswordJustChanged({ passwordChangedAt, createdAt }: StoredAccount, now: number): boolean {
	return passwordChangedAt !== null && passwordChangedAt !== createdAt && isJustNow(passwordChangedAt, now);
}
