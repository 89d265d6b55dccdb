import type { Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { ReadAddress } from "../identifiers/index.ts";
import { createMakeLink, type LinkUnit, type MadeLink } from "../password-links/index.ts";
import { addAccount, checkNewName, type NameFault } from "../people/index.ts";
import type { NamesThere } from "../people/ports.ts";
import { type DisplayNameFault, displayNameFault } from "./display-name.ts";

interface InviteDeps<Unit extends LinkUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly publicBase: string;
	readonly serverName: string;
	readonly homeserver: Pick<NamesThere, "isLocalpartAvailable">;
}

/** Somebody who is to have an account and to choose a password themselves. */
interface Invited {
	readonly localpart: string;
	readonly displayName?: string | undefined;
	/** As good as confirmed: who invites them says whose it is. */
	readonly email?: ReadAddress | undefined;
}

/** Why nobody was invited: about the person at this place in the list. */
export type InviteProblem = { readonly at: number } & (
	| { readonly reason: "localpart-invalid"; readonly fault: NameFault }
	| { readonly reason: DisplayNameFault | "named-before" | "known-at-homeserver" | "homeserver-unavailable" }
);

type InviteOutcome =
	/** In the order of the list; undefined for who has an account already. */
	| { readonly ok: true; readonly links: readonly (MadeLink | undefined)[] }
	| { readonly ok: false; readonly problems: readonly InviteProblem[] };

/**
 * Makes accounts without a password, which nobody can sign in to yet, and a link for each; whoever has an account
 * already is left alone. All of them or, where something is wrong with one, none.
 */
export type Invite = (people: readonly Invited[], by: Operator) => Promise<InviteOutcome>;

export function createInvite<Unit extends LinkUnit>(deps: InviteDeps<Unit>): Invite {
	const makeLink = createMakeLink(deps);
	return async (people, by) => {
		const named = people.map(({ localpart }) => parseLocalpart(localpart, deps.serverName));
		const faults = named.flatMap((name, at): readonly InviteProblem[] =>
			name.ok ? [] : [{ at, reason: "localpart-invalid", fault: name.fault }],
		);
		const twice = people.flatMap(({ localpart }, at): readonly InviteProblem[] =>
			people.findIndex((one) => one.localpart === localpart) < at ? [{ at, reason: "named-before" }] : [],
		);
		const shown = people.flatMap(({ displayName }, at): readonly InviteProblem[] => {
			const reason = displayNameFault(displayName);
			return reason === undefined ? [] : [{ at, reason }];
		});
		const wrong = [...faults, ...shown, ...twice];
		if (wrong.length > 0) return { ok: false, problems: wrong };
		const isThere = await known(deps, people);
		const refused = await refusedNames(deps, people, isThere);
		if (refused.length > 0) return { ok: false, problems: refused };
		const links = await deps.storage.write(async (unit) => {
			const made: (MadeLink | undefined)[] = [];
			for (const [at, person] of people.entries()) {
				const account = isThere[at] ? undefined : await addInvited(deps, unit, { person, by });
				made.push(account && (await makeLink(unit, account, by)));
			}
			return made;
		});
		return { ok: true, links };
	};
}

async function known<Unit extends LinkUnit>(
	{ storage }: InviteDeps<Unit>,
	people: readonly Invited[],
): Promise<readonly boolean[]> {
	const found: boolean[] = [];
	for (const { localpart } of people)
		found.push((await storage.read.accounts.find({ name: localpart })) !== undefined);
	return found;
}

/** Asked one after the other, before anything is done: the homeserver may know somebody of this name. */
async function refusedNames<Unit extends LinkUnit>(
	{ homeserver }: InviteDeps<Unit>,
	people: readonly Invited[],
	isThere: readonly boolean[],
): Promise<readonly InviteProblem[]> {
	const problems: InviteProblem[] = [];
	for (const [at, { localpart }] of people.entries()) {
		if (isThere[at]) continue;
		const free = await checkNewName(homeserver, localpart);
		if (free.ok) continue;
		if (free.reason === "localpart-invalid") problems.push({ at, ...free });
		else if (free.reason === "localpart-taken") problems.push({ at, reason: "known-at-homeserver" });
		else return [{ at, reason: free.reason }];
	}
	return problems;
}

/** Undefined where somebody else was first with the name: they have an account already, like others of the list. */
async function addInvited<Unit extends LinkUnit>(
	{ clock, random }: InviteDeps<Unit>,
	unit: Unit,
	{ person, by }: { readonly person: Invited; readonly by: Operator },
) {
	const createdAt = clock();
	const { localpart, displayName, email } = person;
	const logged = { actor: by, detail: {} };
	const holder = { localpart, displayName, createdAt, passwordHash: null, logged };
	const account = await addAccount({ random }, unit, holder);
	if (account !== undefined && email !== undefined)
		await unit.addresses.vouch({ accountId: account.id, ...email, at: createdAt });
	return account;
}
