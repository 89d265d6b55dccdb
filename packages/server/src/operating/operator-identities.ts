import type { AccountId, Transactions } from "@countersign/core";
import type { Operator, SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { isSubject } from "../identifiers/index.ts";
import type { Accounts } from "../people/ports.ts";
import type { AccountLinks } from "../upstream/ports.ts";

interface IdentityUnit {
	readonly accounts: Pick<Accounts, "find">;
	readonly accountLinks: Pick<AccountLinks, "ownerOf" | "add" | "remove">;
	readonly events: Pick<SecurityEvents, "record">;
}

interface Deps<Unit extends IdentityUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** How links have the one who somebody is at a service; undefined: nobody is that one. Default: as it is said. */
	readonly subjectOf?: ((provider: string, subject: string) => string | undefined) | undefined;
	/** What its service gave goes with it, inside that transaction. Returns how many sessions ended. */
	readonly afterUnlink: (
		unit: Unit,
		unlinked: {
			readonly accountId: AccountId;
			readonly provider: string;
			readonly now: number;
			readonly actor: Operator;
		},
	) => Promise<number>;
	/** Waits until the homeserver knows that they ended, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

/** As whom other services know people, as the operator says: nobody shows either side. */
export interface OperatorIdentities {
	/** The one who somebody is there, as it is kept. Undefined: nobody can be. */
	subjectOf(provider: string, said: string): string | undefined;
	/** Whoever is that one at the service signs in to the account. `is-theirs`: they did already. */
	add(
		identity: {
			readonly accountId: AccountId;
			readonly provider: string;
			readonly subject: string;
			readonly name?: string | undefined;
		},
		by: Operator,
	): Promise<"added" | "is-theirs" | "somebodys" | "user-unknown" | "account-closed" | "subject-refused">;
	/** False where it is not theirs. */
	remove(
		identity: { readonly accountId: AccountId; readonly provider: string; readonly subject: string },
		by: Operator,
	): Promise<boolean>;
}

export function createOperatorIdentities<Unit extends IdentityUnit>({
	storage,
	clock,
	random,
	subjectOf = (_provider, said) => said,
	afterUnlink,
	afterEnd,
}: Deps<Unit>): OperatorIdentities {
	return {
		subjectOf,

		add: ({ accountId, provider, subject: said, name }, actor) =>
			storage.write(async (unit) => {
				const account = await unit.accounts.find({ id: accountId });
				if (account === undefined) return "user-unknown";
				// Whom sign-in would never take: the link would let nobody in.
				const subject = subjectOf(provider, said);
				if (subject === undefined || !isSubject(subject)) return "subject-refused";
				if (account.deactivatedAt !== null) return "account-closed";
				const owner = await unit.accountLinks.ownerOf(provider, subject);
				if (owner !== undefined) return owner.accountId === accountId ? "is-theirs" : "somebodys";
				const at = clock();
				const link = { accountId, provider, subject, name, linkedAt: at };
				if (!(await unit.accountLinks.add(link))) return "somebodys";
				const detail = { provider, ...(name !== undefined && { name }) };
				await unit.events.record({
					...{ id: random.token(), accountId, at, kind: "link-added", actor, detail },
				});
				return "added";
			}),

		async remove({ accountId, provider, subject }, actor) {
			const ended = await storage.write(async (unit) => {
				if (!(await unit.accountLinks.remove({ accountId, provider, subject }))) return undefined;
				const now = clock();
				await unit.events.record({
					...{ id: random.token(), accountId, at: now, kind: "link-removed", actor },
					detail: { provider },
				});
				return afterUnlink(unit, { accountId, provider, now, actor });
			});
			if (ended !== undefined && ended > 0) await afterEnd?.(accountId);
			return ended !== undefined;
		},
	};
}
