import type { Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import { createAddressAttempts, createTokenAttempts, type NewRateLimiter } from "../limits/index.ts";
import { checkNewPassword, type Passwords, presenceProof } from "../proofs/index.ts";
import { tokenHash } from "../registration-tokens/index.ts";
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
	readonly newRateLimiter: NewRateLimiter;
	readonly serverName: string;
	readonly homeserver: Pick<NamesThere, "isLocalpartAvailable">;
	readonly openRegistration: boolean;
	readonly needsToken: boolean;
	readonly terms?: Terms | undefined;
	readonly officialNames: readonly string[];
}

/** New accounts from one address. */
const registrations = [
	{ name: "register", points: 300, seconds: 3600 },
	{ name: "register day", points: 1000, seconds: 86_400 },
] as const;

export function createRegister<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage, clock } = deps;
	const attempts = createAddressAttempts(registrations, deps.newRateLimiter);
	const tokens = createTokenAttempts(deps.newRateLimiter);
	return async ({
		localpart,
		password,
		token = "",
		terms,
		address,
	}: Registration): Promise<RegisterOutcome> => {
		if (!deps.openRegistration) return { ok: false, reason: "registration-closed" };
		const name = parseLocalpart(localpart, deps.serverName);
		if (!name.ok) return { ok: false, reason: "localpart-invalid", fault: name.fault };
		// Before anything that takes thought: whoever sends one form after another is counted.
		const allowance = await attempts.take(address);
		if (!allowance.ok) return allowance;
		const words = ownWords({ localpart: name.value, serverName: deps.serverName });
		const typed = await checkNewPassword(password, words);
		if (!typed.ok) return typed;
		// Where there are none any more, whoever agreed to those of before need not agree to anything.
		if (deps.terms !== undefined && terms !== deps.terms.version)
			return { ok: false, reason: terms === undefined ? "terms-not-agreed" : "terms-changed" };
		const shown = deps.needsToken ? { hash: tokenHash(token), localpart: name.value } : undefined;
		const guess = shown && (await tokens.take(token));
		if (guess?.ok === false) return guess;
		// Whoever has no token learns no more: not even which names are taken.
		const good = shown && (await storage.read.registrationTokens.findGood({ ...shown, now: clock() }));
		if (shown !== undefined && good === undefined) return tokenRefused;
		if (shown !== undefined) await tokens.giveBack(token);
		if (isOfficialName(name.value, deps.officialNames) && good?.localpart !== name.value)
			return { ok: false, reason: "localpart-official" };
		if ((await storage.read.accounts.find({ name: localpart })) !== undefined) return taken;
		const free = await checkNewName(deps.homeserver, name.value);
		if (!free.ok) return free;
		const passwordHash = await deps.passwords.hash(typed.password);
		return storage.write((unit) => add(deps, unit, { localpart: name.value, passwordHash, address, shown }));
	};
}

interface Wanted {
	readonly localpart: string;
	readonly passwordHash: string;
	readonly address: string;
	readonly shown: { readonly hash: string; readonly localpart: string } | undefined;
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
	if (used?.email !== undefined) await unit.addresses.vouch({ accountId, ...used.email, at: createdAt });
	if (terms !== undefined) await unit.agreedTerms.add({ accountId, version: terms, at: createdAt });
	const proof = presenceProof({ how: "password", at: createdAt, accountId, generation });
	return { ok: true, account: accountOf(account), proof };
}

const taken = { ok: false, reason: "localpart-taken" } as const;
const tokenRefused = { ok: false, reason: "token-refused" } as const;
