import type { Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import { type Attempts, createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import { checkNewPassword, type Passwords, presenceProof } from "../proofs/index.ts";
import { tokenHash } from "../registration-tokens/index.ts";
import { secretHash } from "../secrets/index.ts";
import { accountOf } from "./account.ts";
import { addAccount } from "./add-person.ts";
import { checkNewName } from "./check-new-name.ts";
import { isOfficialName } from "./official-names.ts";
import { ownWords } from "./own-words.ts";
import type { RegisterOutcome, Registration, Terms } from "./people.ts";
import type { NamesThere, PeopleUnit } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
	/** Of those who register, by their network. */
	readonly attempts: Attempts<string>;
	/** Of registration tokens that are guessed, by what is typed. */
	readonly tokens: Attempts<string>;
	readonly serverName: string;
	readonly operatorName?: string | undefined;
	readonly homeserver: Pick<NamesThere, "isLocalpartAvailable">;
	readonly openRegistration: boolean;
	readonly needsToken: boolean;
	readonly needsAddress: boolean;
	readonly terms?: Terms | undefined;
	readonly officialNames: readonly string[];
}

/** New accounts from one address. */
const registrations = [
	{ name: "register", points: 300, seconds: 3600 },
	{ name: "register day", points: 1000, seconds: 86_400 },
] as const;

export function createRegistrationAttempts(newRateLimiter: NewRateLimiter): Attempts<string> {
	return createAddressAttempts(registrations, newRateLimiter);
}

export function createRegister<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage, clock, attempts, tokens } = deps;
	return async ({
		localpart,
		password,
		token = "",
		terms,
		address,
		mailbox: named,
	}: Registration): Promise<RegisterOutcome> => {
		if (!deps.openRegistration) return { ok: false, reason: "registration-closed" };
		const mailbox = named && { browserHash: secretHash(named.browser), key: named.key };
		const begun = mailbox && (await storage.read.begunRegistrations.find(mailbox.browserHash, clock()));
		if (deps.needsAddress && !(begun?.isProved && begun.key === mailbox?.key)) return addressUnproved;
		const name = parseLocalpart(localpart, deps.serverName);
		if (!name.ok) return { ok: false, reason: "localpart-invalid", fault: name.fault };
		// Before anything that takes thought: whoever sends one form after another is counted.
		const allowance = await attempts.take(address);
		if (!allowance.ok) return allowance;
		const words = ownWords({
			...{ localpart: name.value, serverName: deps.serverName, operatorName: deps.operatorName },
			...(begun !== undefined && { addresses: [begun] }),
		});
		const typed = await checkNewPassword(password, words);
		if (!typed.ok) return typed;
		// Where there are none any more, whoever agreed to those of before need not agree to anything.
		if (deps.terms !== undefined && terms !== deps.terms.version)
			return { ok: false, reason: terms === undefined ? "terms-not-agreed" : "terms-changed" };
		const hash = deps.needsAddress ? begun?.tokenHash : tokenHash(token);
		const shown = deps.needsToken ? { hash: hash ?? "", localpart: name.value } : undefined;
		// Beside an address it was shown, and counted, before.
		const guess = shown && !deps.needsAddress ? await tokens.take(token) : undefined;
		if (guess?.ok === false) return guess;
		// Whoever has no token learns no more: not even which names are taken.
		const good = shown && (await storage.read.registrationTokens.findGood({ ...shown, now: clock() }));
		if (shown !== undefined && good === undefined) return tokenRefused;
		if (guess !== undefined) await tokens.giveBack(token);
		if (isOfficialName(name.value, deps.officialNames) && good?.localpart !== name.value)
			return { ok: false, reason: "localpart-official" };
		if ((await storage.read.accounts.find({ name: localpart })) !== undefined) return taken;
		const free = await checkNewName(deps.homeserver, name.value);
		if (!free.ok) return free;
		const passwordHash = await deps.passwords.hash(typed.password);
		const wanted = { localpart: name.value, passwordHash, address, shown };
		return storage.write((unit) =>
			deps.needsAddress && mailbox !== undefined
				? addWithAddress(deps, unit, { ...wanted, mailbox })
				: add(deps, unit, wanted),
		);
	};
}

interface Wanted {
	readonly localpart: string;
	readonly passwordHash: string;
	readonly address: string;
	readonly shown: { readonly hash: string; readonly localpart: string } | undefined;
}

/** The account and its address, or neither: who has shown the address once makes one account with it. */
async function addWithAddress<Unit extends PeopleUnit>(
	deps: Deps<Unit>,
	unit: Unit,
	{
		mailbox,
		...wanted
	}: Wanted & { readonly mailbox: { readonly browserHash: string; readonly key: string } },
): Promise<RegisterOutcome> {
	const at = deps.clock();
	const { key } = mailbox;
	const used = await unit.begunRegistrations.use({ ...mailbox, now: at });
	if (used === undefined) return addressUnproved;
	// Whose mailbox it is has shown that it is: nobody else learns of it.
	if ((await unit.addresses.ownerOf(key)) !== undefined) return { ok: false, reason: "address-taken" };
	const outcome = await add(deps, unit, wanted);
	if (!outcome.ok) await unit.begunRegistrations.giveBack(mailbox.browserHash);
	else if (!(await unit.addresses.confirm({ accountId: outcome.account.id, key, address: used.address, at })))
		throw new Error("an address that was nobody's is somebody's in the same transaction");
	return outcome;
}

async function add<Unit extends PeopleUnit>(
	deps: Deps<Unit>,
	unit: Unit,
	{ localpart, passwordHash, address, shown }: Wanted,
): Promise<RegisterOutcome> {
	const createdAt = deps.clock();
	// Hashing took a while, and others may have the token: the statement decides whose the use is.
	const used = shown && (await unit.registrationTokens.use({ ...shown, now: createdAt }));
	if (shown !== undefined && used === undefined) return tokenRefused;
	const terms = deps.terms?.version;
	const detail: Record<string, string> = {
		...(used !== undefined && { registrationToken: used.id }),
		...(terms !== undefined && { terms }),
	};
	const logged = { address, actor: { kind: "person" }, detail } as const;
	const account = await addAccount(deps, unit, { localpart, passwordHash, createdAt, logged });
	if (account === undefined) {
		if (shown !== undefined) await unit.registrationTokens.giveBack(shown.hash);
		return taken;
	}
	const { id: accountId, generation } = account;
	if (used?.email !== undefined && !deps.needsAddress)
		await unit.addresses.vouch({ accountId, ...used.email, at: createdAt });
	if (terms !== undefined) await unit.agreedTerms.add({ accountId, version: terms, at: createdAt });
	const proof = presenceProof({ how: "password", at: createdAt, accountId, generation });
	return { ok: true, account: accountOf(account), proof };
}

const addressUnproved = { ok: false, reason: "address-unproved" } as const;
const taken = { ok: false, reason: "localpart-taken" } as const;
const tokenRefused = { ok: false, reason: "token-refused" } as const;
