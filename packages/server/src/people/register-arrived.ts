import type { Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import type { Attempts } from "../limits/index.ts";
import { presenceProof } from "../proofs/index.ts";
import { tokenHash } from "../registration-tokens/index.ts";
import type { Arrival } from "../upstream/ports.ts";
import { accountOf } from "./account.ts";
import { addAccount } from "./add-person.ts";
import { checkNewName } from "./check-new-name.ts";
import { isOfficialName } from "./official-names.ts";
import type { ArrivedRegistration, RegisterArrivedOutcome, Terms } from "./people.ts";
import type { NamesThere, PeopleUnit } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Of those who register, by their network. */
	readonly attempts: Attempts<string>;
	/** Of registration tokens that are guessed, by what is typed. */
	readonly tokens: Attempts<string>;
	readonly serverName: string;
	readonly homeserver: Pick<NamesThere, "isLocalpartAvailable">;
	readonly terms?: Terms | undefined;
	readonly officialNames: readonly string[];
	readonly needsAddress: boolean;
}

/**
 * An account for somebody whom another service vouched for in this browser: its name, what is linked and that it was
 * used are one transaction. Without a password: nobody can guess one.
 */
export function createRegisterArrived<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage, clock, attempts, tokens } = deps;
	return async (asked: ArrivedRegistration): Promise<RegisterArrivedOutcome> => {
		const { arrival, browserHash, token = "", newAccounts, address } = asked;
		if (newAccounts === "no") return { ok: false, reason: "registration-closed" };
		const { localpart: given } = arrival.said;
		const email = vouchedOf(arrival);
		if (deps.needsAddress && email === undefined) return { ok: false, reason: "address-unproved" };
		const localpart = given?.isFixed ? given.value : asked.localpart;
		const name = parseLocalpart(localpart, deps.serverName);
		if (!name.ok) return { ok: false, reason: "localpart-invalid", fault: name.fault };
		const allowance = await attempts.take(address);
		if (!allowance.ok) return allowance;
		if (deps.terms !== undefined && asked.terms !== deps.terms.version)
			return { ok: false, reason: asked.terms === undefined ? "terms-not-agreed" : "terms-changed" };
		const shown = newAccounts === "token" ? { hash: tokenHash(token), localpart: name.value } : undefined;
		const guess = shown && (await tokens.take(token));
		if (guess?.ok === false) return guess;
		const good = shown && (await storage.read.registrationTokens.findGood({ ...shown, now: clock() }));
		if (shown !== undefined && good === undefined) return tokenRefused;
		if (guess !== undefined) await tokens.giveBack(token);
		if (isOfficialName(name.value, deps.officialNames) && good?.localpart !== name.value)
			return { ok: false, reason: "localpart-official" };
		if ((await storage.read.accounts.find({ name: name.value })) !== undefined) return taken;
		const free = await checkNewName(deps.homeserver, name.value);
		if (!free.ok) return free;
		return storage.write(async (unit): Promise<RegisterArrivedOutcome> => {
			const at = clock();
			const used = await unit.upstreamArrivals.use({ ...arrival, browserHash, now: at });
			if (used === undefined) return { ok: false, reason: "arrival-over" };
			const holder = email && (await unit.addresses.ownerOf(email.key));
			const outcome: RegisterArrivedOutcome =
				holder !== undefined && (email?.isRequired || deps.needsAddress)
					? { ok: false, reason: "address-taken" }
					: await add(deps, unit, { arrival: used, localpart: name.value, shown, address, at });
			if (!outcome.ok) await unit.upstreamArrivals.put(used);
			return outcome;
		});
	};
}

interface Wanted {
	readonly arrival: Arrival;
	readonly localpart: string;
	readonly address: string;
	readonly shown: { readonly hash: string; readonly localpart: string } | undefined;
	readonly at: number;
}

async function add<Unit extends PeopleUnit>(
	deps: Deps<Unit>,
	unit: Unit,
	{ arrival, localpart, address, shown, at }: Wanted,
): Promise<RegisterArrivedOutcome> {
	const { provider, issuer, subject, said, provedAt, stay } = arrival;
	if ((await unit.accountLinks.ownerOf(provider, subject)) !== undefined)
		return { ok: false, reason: "arrival-over" };
	const used = shown && (await unit.registrationTokens.use({ ...shown, now: at }));
	if (shown !== undefined && used === undefined) return tokenRefused;
	const terms = deps.terms?.version;
	const detail: Record<string, string> = {
		provider,
		...(said.accountName !== undefined && { name: said.accountName }),
		...(used !== undefined && { registrationToken: used.id }),
		...(terms !== undefined && { terms }),
	};
	const account = await addAccount(deps, unit, {
		...{ localpart, passwordHash: null, createdAt: at, displayName: said.displayName },
		logged: { address, actor: { kind: "person" }, detail },
	});
	if (account === undefined) {
		if (shown !== undefined) await unit.registrationTokens.giveBack(shown.hash);
		return taken;
	}
	const { id: accountId, generation } = account;
	const link = { accountId, provider, issuer, subject, name: said.accountName, linkedAt: at };
	if (!(await unit.accountLinks.add(link)))
		throw new Error("a link that was nobody's is somebody's in the same transaction");
	if (said.administers && (await unit.accounts.setAdmin(accountId, true, provider)))
		await unit.events.record({
			...{ id: deps.random.token(), accountId, at, kind: "admin-granted" },
			...{ actor: { kind: "server", because: "upstream" }, detail: { provider } },
		});
	// One that somebody else has confirmed here stays theirs.
	const email = vouchedOf(arrival);
	if (email !== undefined) await unit.addresses.confirm({ accountId, ...email, at });
	if (terms !== undefined) await unit.agreedTerms.add({ accountId, version: terms, at });
	const proof = presenceProof({ how: "upstream", at: provedAt, accountId, generation, stay });
	return { ok: true, account: accountOf(account), proof };
}

/**
 * An address that counts here as confirmed by the provider's word. Any other is nobody's until they enter a code: whoever
 * reads a mailbox that was confirmed sets the password, and is found by its address.
 */
function vouchedOf({ said: { email } }: Arrival) {
	return email?.isVouched ? email : undefined;
}

const taken = { ok: false, reason: "localpart-taken" } as const;
const tokenRefused = { ok: false, reason: "token-refused" } as const;
