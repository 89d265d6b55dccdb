import type { Transactions } from "@countersign/core";
import type { Attempts } from "../limits/index.ts";
import type { DirectoryQuestion, PasswordDirectory, ProofUnit, ProvableAccount } from "./ports.ts";

/** Where a password is compared: with the hash of here, in the directory, or nowhere, which is work all the same. */
export type Place =
	| { readonly is: "here"; readonly hash: string }
	| { readonly is: "directory"; readonly meant: DirectoryQuestion["meant"] }
	| { readonly is: "nowhere" };

interface Deps<Unit> {
	readonly storage: Transactions<Unit>;
	/** Default: there is none. */
	readonly directory?: PasswordDirectory | undefined;
	/** By entry: a directory takes many spellings of a name for one, and each would have tries of its own. */
	readonly tries: Attempts<{ readonly localpart: string; readonly address: string }>;
}

/**
 * An account has one password: its own or, where it has none, that of the entry it is linked to. A name that is nobody's
 * here is looked for there. @param name what was typed by who wants to sign in
 */
export async function placeOf<Unit extends ProofUnit>(
	{ storage, directory }: Pick<Deps<Unit>, "storage" | "directory">,
	row: ProvableAccount | undefined,
	name: string | undefined,
): Promise<Place> {
	const nowhere = { is: "nowhere" } as const;
	if (row === undefined)
		return directory === undefined || name === undefined || name.length > 255
			? nowhere
			: { is: "directory", meant: { name } };
	if (row.deactivatedAt !== null) return nowhere;
	if (row.passwordHash !== null) return { is: "here", hash: row.passwordHash };
	const subject = await linkedTo({ storage, directory }, row);
	return subject === undefined ? nowhere : { is: "directory", meant: { subject } };
}

/** The entry whose password is the account's; undefined where it is not the directory's. */
export async function linkedTo<Unit extends ProofUnit>(
	{ storage, directory }: Pick<Deps<Unit>, "storage" | "directory">,
	account: Pick<ProvableAccount, "id" | "passwordHash">,
): Promise<string | undefined> {
	if (directory === undefined || account.passwordHash !== null) return undefined;
	const links = await storage.read.accountLinks.list(account.id);
	return links.find(({ provider }) => provider === directory.provider)?.subject;
}

interface Asked {
	readonly place: Place;
	readonly row: ProvableAccount | undefined;
	/** What was typed by who wants to sign in; absent for who is signed in. */
	readonly name?: string | undefined;
	/** Empty where it may not be tried. */
	readonly password: string;
	readonly address: string;
}

/** Whose password it is there; undefined where it is nobody's. Rejects where the directory gives no answer that matters. */
export async function checkInDirectory<Unit extends ProofUnit>(
	deps: Deps<Unit>,
	{ place, row, name, password, address }: Asked,
): Promise<ProvableAccount | undefined> {
	const { directory, tries } = deps;
	if (directory === undefined) return undefined;
	if (place.is !== "directory") {
		if (name === undefined) return undefined;
		// Nothing of the password goes there. Away, it keeps nobody out whose password is here.
		const nothing = directory.check({ meant: { name }, password: "", mayTry: async () => false });
		await (place.is === "here" ? nothing.catch(() => {}) : nothing);
		return undefined;
	}
	let tried: string | undefined;
	const mayTry = async (subject: string) => {
		if (name === undefined) return true;
		const allowed = (await tries.take({ localpart: `${directory.provider} ${subject}`, address })).ok;
		if (allowed) tried = subject;
		return allowed;
	};
	const giveBack = async () => {
		if (tried !== undefined) await tries.giveBack({ localpart: `${directory.provider} ${tried}`, address });
	};
	const { meant } = place;
	let answer: Awaited<ReturnType<PasswordDirectory["check"]>>;
	try {
		answer = await directory.check({ meant, password, mayTry });
	} catch (error) {
		await giveBack();
		throw error;
	}
	if (!answer.ok) return undefined;
	await giveBack();
	return row ?? owner(deps, directory, { person: answer.entry, address });
}

/** The account of this entry, whatever it is called; without one, a new one. */
async function owner<Unit extends ProofUnit>(
	{ storage }: Deps<Unit>,
	directory: PasswordDirectory,
	{
		person,
		address,
	}: { readonly person: Parameters<PasswordDirectory["admit"]>[0]; readonly address: string },
): Promise<ProvableAccount | undefined> {
	const { accounts, accountLinks } = storage.read;
	const known = await accountLinks.ownerOf(directory.provider, person.subject);
	const id = known?.accountId ?? (await directory.admit(person, address));
	const account = id && (await accounts.find({ id }));
	// Whoever has a password here proves with that one.
	return account === undefined || account.deactivatedAt !== null || account.passwordHash !== null
		? undefined
		: account;
}
