import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { Agreement, AgreeOutcome, Terms } from "./people.ts";
import type { PeopleUnit } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly terms: Terms | undefined;
}

/**
 * What somebody who has an account agrees to, written down with its line of the log, once however often it is sent.
 * Nobody agrees to what they did not see: the version goes along.
 */
export function createAgreeToTerms<Unit extends PeopleUnit>({ storage, clock, random, terms }: Deps<Unit>) {
	return async ({ by, version, address }: Agreement): Promise<AgreeOutcome> => {
		// Where there are none any more there is nothing to agree to.
		if (terms === undefined) return { ok: true };
		if (version === undefined) return { ok: false, reason: "terms-not-agreed" };
		if (version !== terms.version) return { ok: false, reason: "terms-changed" };
		return storage.write(async (unit) => {
			const [at, { accountId }] = [clock(), by];
			if (!(await unit.browserSessions.isSignedIn(by, at))) return { ok: false, reason: "signed-out" };
			if (!(await unit.agreedTerms.add({ accountId, version, at }))) return { ok: true };
			const line = { id: random.token(), accountId, at, kind: "terms-agreed", address } as const;
			await unit.events.record({ ...line, actor: { kind: "person" }, detail: { terms: version } });
			return { ok: true };
		});
	};
}
