import { HomeserverUnavailable, type Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { addAccount, checkNewName, type NameFault, type PeopleUnit } from "../people/index.ts";
import type { HomeserverUser, NamesThere, StoredAccount } from "../people/ports.ts";
import { type DisplayNameFault, displayNameFault } from "./display-name.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
	readonly homeserver: NamesThere;
}

interface Wanted {
	readonly localpart: string;
	readonly displayName?: string | undefined;
	/**
	 * Whether whoever has this name at the homeserver is meant, where somebody has: the devices they had there are
	 * removed, as at `adopt`. Default: such a name is refused.
	 */
	readonly mayBeThere?: boolean | undefined;
}

type MakeOutcome =
	| { readonly ok: true; readonly account: StoredAccount }
	| { readonly ok: false; readonly reason: "localpart-invalid"; readonly fault: NameFault }
	| {
			readonly ok: false;
			readonly reason:
				| DisplayNameFault
				| "localpart-taken"
				| "closed-at-homeserver"
				| "homeserver-unavailable";
	  };

/** Makes an account that nobody can sign in to yet: it has no password, and no link for one. */
export type MakeAccount = (wanted: Wanted, by: Operator) => Promise<MakeOutcome>;

const taken = { ok: false, reason: "localpart-taken" } as const;

export function createMakeAccount<Unit extends PeopleUnit>(deps: Deps<Unit>): MakeAccount {
	const { storage, clock, random, serverName, homeserver } = deps;
	return async ({ localpart: typed, displayName, mayBeThere = false }, actor) => {
		const name = parseLocalpart(typed, serverName);
		if (!name.ok) return { ok: false, reason: "localpart-invalid", fault: name.fault };
		const localpart = name.value;
		const fault = displayNameFault(displayName);
		if (fault !== undefined) return { ok: false, reason: fault };
		if ((await storage.read.accounts.find({ name: localpart })) !== undefined) return taken;
		const there = mayBeThere ? await find(homeserver, localpart) : undefined;
		if (there === "unavailable") return { ok: false, reason: "homeserver-unavailable" };
		if (there?.deactivated === true) return { ok: false, reason: "closed-at-homeserver" };
		if (there === undefined) {
			const free = await checkNewName(homeserver, localpart);
			if (!free.ok) return free;
		}
		const account = await storage.write((unit) =>
			addAccount({ random }, unit, {
				...{ localpart, displayName: displayName ?? there?.displayName, createdAt: clock() },
				...{ passwordHash: null, logged: { actor, detail: {} } },
				...(there !== undefined && { adopted: there }),
			}),
		);
		return account === undefined ? taken : { ok: true, account };
	};
}

async function find(
	homeserver: NamesThere,
	localpart: string,
): Promise<HomeserverUser | undefined | "unavailable"> {
	try {
		return await homeserver.findUser(localpart);
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		return "unavailable";
	}
}
