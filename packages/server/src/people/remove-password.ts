import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { PasswordRemoval, RemovalOutcome } from "./people.ts";
import type { PeopleUnit } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** For what host passkeys are good. Undefined: there are none. */
	readonly passkeyHost?: string | undefined;
}

/**
 * From then on passkeys alone sign in. What the password let others have ends, as with another one; that a passkey is
 * left is decided within the statement.
 */
export function createRemovePassword<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage, clock, random, passkeyHost } = deps;
	return async ({ proof, address }: PasswordRemoval): Promise<RemovalOutcome> => {
		const { accountId, generation, browser } = proof;
		// A passkey that was used a moment ago is one that works; a password and a code show nothing of the kind.
		if (proof.how !== "passkey" || passkeyHost === undefined) return { ok: false, reason: "not-by-passkey" };
		return storage.write(async (unit) => {
			const at = clock();
			if (!(await unit.browserSessions.isSignedIn(proof, at))) return { ok: false, reason: "signed-out" };
			if (!(await unit.accounts.removePassword({ id: accountId, generation, passkeyHost }))) {
				const account = await unit.accounts.find({ id: accountId });
				return account?.passwordHash === null ? { ok: true } : { ok: false, reason: "no-passkey" };
			}
			await unit.requests.withdraw({ of: "approvals", accountId }, "password-changed", at);
			await unit.browserSessions.endAllOf(accountId, browser);
			const event = { id: random.token(), accountId, at, kind: "password-removed", address } as const;
			await unit.events.record({ ...event, actor: { kind: "person" }, detail: {} });
			return { ok: true };
		});
	};
}
