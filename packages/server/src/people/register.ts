import type { Transactions } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import { accountOf } from "./account.ts";
import { createRegistrationLimiter } from "./limiter.ts";
import { type Passwords, parsePassword } from "./passwords.ts";
import type { RegisterOutcome, Registration } from "./people.ts";
import type { PeopleUnit } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
	readonly serverName: string;
	readonly openRegistration: boolean;
}

export function createRegister<Unit extends PeopleUnit>(deps: Deps<Unit>) {
	const { storage, passwords, random } = deps;
	const allow = createRegistrationLimiter();
	return async ({ localpart, password, address }: Registration): Promise<RegisterOutcome> => {
		if (!deps.openRegistration) return { ok: false, reason: "registration-closed" };
		const name = parseLocalpart(localpart, deps.serverName);
		if (!name.ok) return { ok: false, reason: "localpart-invalid", explanation: name.refusal.error };
		const typed = parsePassword(password);
		if (!typed.ok) return typed;
		const allowance = await allow(address);
		if (!allowance.ok) return allowance;
		if ((await storage.read.accounts.find({ localpart })) !== undefined) return taken;
		const now = deps.clock();
		const account = {
			id: random.token(18),
			localpart: name.value,
			passwordHash: await passwords.hash(typed.password),
			createdAt: now,
		};
		const added = await storage.write(async (unit) => {
			// Of two people who want one name at once, the statement decides who was first.
			if (!(await unit.accounts.add(account))) return false;
			const event = {
				id: random.token(),
				accountId: account.id,
				at: now,
				kind: "account-registered",
			} as const;
			await unit.events.record({ ...event, address, detail: {} });
			return true;
		});
		if (!added) return taken;
		const fresh = { displayName: null, admin: false, lockedAt: null, deactivatedAt: null, generation: 0 };
		return { ok: true, account: accountOf({ ...account, ...fresh }) };
	};
}

const taken = { ok: false, reason: "localpart-taken" } as const;
