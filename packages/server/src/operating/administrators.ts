import type { AccountId, Transactions } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import type { LoggedEvent, Operator, SecurityEvent, SecurityEventKind } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { type EndIssued, type PreparedUnit, withdrawPrepared } from "./prepared.ts";

interface AdministratorsDeps<Unit extends PreparedUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
	/** Ends the sessions of the account that could administer the server, inside that transaction. Returns how many. */
	readonly endAdministering: (
		unit: Unit,
		demoted: { readonly accountId: AccountId; readonly now: number; readonly actor: Operator },
	) => Promise<number>;
	readonly endIssued: EndIssued<Unit>;
	/** Waits until the homeserver knows that they ended, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

type Done = Pick<SecurityEvent, "accountId" | "at"> & { readonly actor: Operator };

/** Who may let apps administer the homeserver: the operator decides. Each change has its line in the security log. */
export interface Administrators {
	/**
	 * Nothing that is signed in changes by it. `kept`: a service had made them one, which takes it away no more. Undefined
	 * when the account is one already by an operator's word, or closed.
	 */
	promote(accountId: AccountId, by: Operator): Promise<"promoted" | "kept" | undefined>;
	/**
	 * Sessions that could administer end with their devices; what was agreed to but not yet exchanged for a session is
	 * void. So is what they prepared as an administrator and may know: links that nobody has used, and tokens for others
	 * that administer. All else stays, and `lately` tells of it. Undefined when the account is none, or closed.
	 */
	demote(accountId: AccountId, by: Operator): Promise<Demoted | undefined>;
	/** Whether anybody is one, and neither locked nor closed. */
	isThereOne(): Promise<boolean>;
}

interface Demoted {
	/** Their own sessions. */
	readonly ended: number;
	readonly links: number;
	/** Tokens of others. */
	readonly tokens: number;
	/** What they did as an administrator, newest first. */
	readonly lately: readonly (LoggedEvent & { readonly localpart: string })[];
}

/** So many lines are told of. */
const most = 50;

export function createAdministrators<Unit extends PreparedUnit>(
	deps: AdministratorsDeps<Unit>,
): Administrators {
	const { storage, clock, random, serverName, endAdministering, endIssued, afterEnd } = deps;
	const record = (unit: Unit, kind: SecurityEventKind, done: Done) =>
		unit.events.record({ id: random.token(), kind, detail: {}, ...done });
	return {
		isThereOne: async () => (await storage.read.accounts.administrators()).length > 0,

		promote: (accountId, actor) =>
			storage.write(async (unit) => {
				const isNew = await unit.accounts.setAdmin(accountId, true);
				if (!isNew && !(await unit.accounts.keepAdmin(accountId))) return undefined;
				await record(unit, "admin-granted", { accountId, actor, at: clock() });
				return isNew ? "promoted" : "kept";
			}),

		async demote(accountId, actor) {
			const done = await storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.accounts.setAdmin(accountId, false))) return undefined;
				await record(unit, "admin-withdrawn", { accountId, actor, at: now });
				const ended = await endAdministering(unit, { accountId, now, actor });
				const account = await unit.accounts.find({ id: accountId });
				const name = makeUserId(account?.localpart ?? "", serverName);
				const by = { kind: "administrator", name } as const;
				const withdrawn = await withdrawPrepared({ endIssued, serverName }, unit, { by, now, actor });
				const lately = await unit.events.listBy(by, { limit: most });
				return { ended, lately, ...withdrawn };
			});
			if (done === undefined) return undefined;
			const { owners, ...told } = done;
			if (done.ended > 0) await afterEnd?.(accountId);
			for (const owner of new Set(owners)) await afterEnd?.(owner);
			return { ...told, tokens: owners.length };
		},
	};
}
