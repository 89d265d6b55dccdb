import type { AccountId, Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import { readAddress } from "../identifiers/index.ts";
import type { DirectoryPerson, PasswordDirectory } from "../proofs/index.ts";
import { addAccount } from "./add-person.ts";
import { isOfficialName } from "./official-names.ts";
import type { NamesThere, PeopleUnit } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
	readonly homeserver: Pick<NamesThere, "isLocalpartAvailable">;
	readonly officialNames: readonly string[];
	/** Under which links stand, and whether who has no account gets one. */
	readonly directory: { readonly provider: string; readonly newAccounts: boolean };
	/** Told why somebody who knows their password gets no account. */
	readonly onRefused: (reason: "closed" | "name" | "taken") => void;
}

/**
 * An account for somebody whose password a directory has just said to be right: its name and the link are one transaction.
 * Whoever has the name already keeps it: that the directory knows somebody of this name says nothing of who they are here.
 */
export function createAdmit<Unit extends PeopleUnit>(deps: Deps<Unit>): PasswordDirectory["admit"] {
	const { storage, serverName, directory, onRefused } = deps;
	return async (person, address) => {
		const refused = (reason: Parameters<typeof onRefused>[0]) => {
			onRefused(reason);
			return undefined;
		};
		// By themselves, perhaps, who signed in at two browsers at once.
		const taken = async () =>
			(await storage.read.accountLinks.ownerOf(directory.provider, person.subject))?.accountId ??
			refused("taken");
		if (!directory.newAccounts) return refused("closed");
		const name = parseLocalpart(person.name?.toLowerCase() ?? "", serverName);
		if (!name.ok || isOfficialName(name.value, deps.officialNames)) return refused("name");
		if ((await storage.read.accounts.find({ name: name.value })) !== undefined) return taken();
		const free = await deps.homeserver.isLocalpartAvailable(name.value);
		if (!free.ok) return free.reason === "taken" ? taken() : refused("name");
		return (await add(deps, { person, localpart: name.value, address })) ?? taken();
	};
}

async function add<Unit extends PeopleUnit>(
	deps: Deps<Unit>,
	{
		person: { subject, name, displayName, email },
		localpart,
		address,
	}: { readonly person: DirectoryPerson; readonly localpart: string; readonly address: string },
): Promise<AccountId | undefined> {
	const { provider } = deps.directory;
	return deps.storage.write(async (unit) => {
		// They signed in at two browsers at once.
		const known = await unit.accountLinks.ownerOf(provider, subject);
		if (known !== undefined) return known.accountId;
		const at = deps.clock();
		const detail = { provider, ...(name !== undefined && { name }) };
		const account = await addAccount(deps, unit, {
			...{ localpart, passwordHash: null, createdAt: at, displayName },
			logged: { address, actor: { kind: "person" }, detail },
		});
		if (account === undefined) return undefined;
		const { id: accountId } = account;
		if (!(await unit.accountLinks.add({ accountId, provider, subject, name, linkedAt: at })))
			throw new Error("a link that was nobody's is somebody's in the same transaction");
		// One that somebody else has confirmed here stays theirs.
		const read = email === undefined ? undefined : readAddress(email);
		if (read !== undefined) await unit.addresses.confirm({ accountId, ...read, at });
		return accountId;
	});
}
