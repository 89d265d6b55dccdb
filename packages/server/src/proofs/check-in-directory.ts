import { type AccountId, asAccountId, type Transactions } from "@countersign/core";
import type { Attempts } from "../limits/index.ts";
import type {
	DirectoryPerson,
	DirectoryQuestion,
	PasswordDirectory,
	ProofUnit,
	ProvableAccount,
} from "./ports.ts";

/** Where a password is compared: with the hash of here, in the directory, or nowhere, which is work all the same. */
export type Place =
	| { readonly is: "here"; readonly hash: string }
	| { readonly is: "directory"; readonly meant: DirectoryQuestion["meant"] }
	| { readonly is: "nowhere" };

interface Deps<Unit> {
	readonly storage: Transactions<Unit>;
	/** Default: there is none. */
	readonly directory?: PasswordDirectory | undefined;
	/** What was typed as an e-mail address, by its key. Default: nothing is one. */
	readonly addressKeyOf?: ((typed: string) => string | undefined) | undefined;
	/** By entry: a directory takes many spellings of a name for one, and each would have tries of its own. */
	readonly tries: Attempts<string>;
}

type Places<Unit> = Pick<Deps<Unit>, "storage" | "directory" | "addressKeyOf">;

/**
 * An account has one password: its own or, where it has none, that of the entry it is linked to. A name that is nobody's
 * here is looked for there; but not an e-mail address of somebody who has their password here: they would type that one.
 * @param name what was typed by who wants to sign in
 */
export async function placeOf<Unit extends ProofUnit>(
	deps: Places<Unit>,
	row: ProvableAccount | undefined,
	name: string | undefined,
): Promise<Place> {
	const nowhere = { is: "nowhere" } as const;
	if (row === undefined) {
		if (deps.directory === undefined || name === undefined || name.length > 255) return nowhere;
		const { accounts, addresses } = deps.storage.read;
		const owner = await addresses.ownerOf(deps.addressKeyOf?.(name) ?? "");
		const account = await accounts.find({ id: owner?.accountId ?? nobody });
		return isDirectorys(account) ? { is: "directory", meant: { name } } : nowhere;
	}
	if (row.deactivatedAt !== null) return nowhere;
	if (row.passwordHash !== null) return { is: "here", hash: row.passwordHash };
	const subject = await linkedTo(deps, row);
	return subject === undefined ? nowhere : { is: "directory", meant: { subject } };
}

/** The entry whose password is the account's; undefined where it is not the directory's. */
export async function linkedTo<Unit extends ProofUnit>(
	{ storage, directory }: Places<Unit>,
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

/** `not-tried`: it was compared with nothing, and looks like a wrong one. */
type Told =
	| { readonly is: "theirs"; readonly account: ProvableAccount }
	| { readonly is: "wrong" | "not-tried" };

/** Whose password it is there. Rejects where the directory gives no answer that matters. */
export async function checkInDirectory<Unit extends ProofUnit>(
	deps: Deps<Unit>,
	{ place, row, name, password, address }: Asked,
): Promise<Told> {
	const { directory, tries } = deps;
	const wrong = { is: "wrong" } as const;
	if (directory === undefined) return wrong;
	if (place.is !== "directory") {
		if (name === undefined) return wrong;
		// Nothing of the password goes there. Away, it keeps nobody out whose password is here.
		const nothing = directory.check({ meant: { name }, password: "", mayTry: async () => false });
		await (place.is === "here" ? nothing.catch(() => {}) : nothing);
		return wrong;
	}
	let tried: string | undefined;
	let isLeft = false;
	const mayTry = async (entry: DirectoryPerson) => {
		if (name === undefined) return true;
		const { subject } = entry;
		// Both are asked, so that it takes as long whichever says no.
		const isFree = (await tries.take(subject)).ok;
		const allowed = (await mayBeLetIn(deps, directory, entry)) && isFree;
		if (allowed) tried = subject;
		isLeft = !allowed;
		return allowed;
	};
	const giveBack = async () => {
		if (tried !== undefined) await tries.giveBack(tried);
	};
	const { meant } = place;
	let answer: Awaited<ReturnType<PasswordDirectory["check"]>>;
	try {
		answer = await directory.check({ meant, password, mayTry });
	} catch (error) {
		await giveBack();
		throw error;
	}
	if (!answer.ok) return isLeft ? { is: "not-tried" } : wrong;
	await giveBack();
	const account = row ?? (await owner(deps, directory, { person: answer.entry, address }));
	return account === undefined ? wrong : { is: "theirs", account };
}

/**
 * Whether the right password of this entry could let anybody in. It could not where its account, or whoever has its name
 * here, has a password of here: what was typed may be that one, and is none of the directory's business.
 */
async function mayBeLetIn<Unit extends ProofUnit>(
	{ storage }: Pick<Deps<Unit>, "storage">,
	{ provider }: PasswordDirectory,
	{ subject, name }: DirectoryPerson,
): Promise<boolean> {
	const { accounts, accountLinks } = storage.read;
	const known = await accountLinks.ownerOf(provider, subject);
	const linked = await accounts.find({ id: known?.accountId ?? nobody });
	const named = await accounts.find({ name: name?.toLowerCase() ?? "" });
	return isDirectorys(known === undefined ? named : linked);
}

/** Whether a password for this account, or for nobody's, may be one of the directory. */
function isDirectorys(account: ProvableAccount | undefined): boolean {
	return account === undefined || (account.deactivatedAt === null && account.passwordHash === null);
}

/** The id of no account, to make as many statements. */
const nobody: AccountId = asAccountId("");

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
	return isDirectorys(account) ? account : undefined;
}
