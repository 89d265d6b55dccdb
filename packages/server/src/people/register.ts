import type { Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import { createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import { checkNewPassword, type Passwords, presenceProof } from "../proofs/index.ts";
import { addPerson } from "./add-person.ts";
import { checkNewName } from "./check-new-name.ts";
import { isOfficialName } from "./official-names.ts";
import { ownWords } from "./own-words.ts";
import type { RegisterOutcome, Registration } from "./people.ts";
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
	readonly officialNames: readonly string[];
}

/** New accounts from one address. */
const registrations = [
	{ name: "register", points: 300, seconds: 3600 },
	{ name: "register day", points: 1000, seconds: 86_400 },
] as const;

export function createRegister<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage } = deps;
	const attempts = createAddressAttempts(registrations, deps.newRateLimiter);
	return async ({ localpart, password, address }: Registration): Promise<RegisterOutcome> => {
		if (!deps.openRegistration) return { ok: false, reason: "registration-closed" };
		const name = parseLocalpart(localpart, deps.serverName);
		if (!name.ok) return { ok: false, reason: "localpart-invalid", fault: name.fault };
		if (isOfficialName(name.value, deps.officialNames)) return { ok: false, reason: "localpart-official" };
		const words = ownWords({ localpart: name.value, serverName: deps.serverName });
		const typed = await checkNewPassword(password, words);
		if (!typed.ok) return typed;
		const allowance = await attempts.take(address);
		if (!allowance.ok) return allowance;
		if ((await storage.read.accounts.find({ name: localpart })) !== undefined) return taken;
		const free = await checkNewName(deps.homeserver, name.value);
		if (!free.ok) return free;
		const logged = { address, actor: { kind: "person" }, detail: {} } as const;
		const person = { localpart: name.value, password: typed.password, logged };
		const account = await addPerson(deps, person);
		if (account === undefined) return taken;
		const { id: accountId, generation } = account;
		const proof = presenceProof({ how: "password", at: account.createdAt, accountId, generation });
		return { ok: true, account, proof };
	};
}

const taken = { ok: false, reason: "localpart-taken" } as const;
