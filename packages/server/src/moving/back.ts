import type { Transactions } from "@countersign/core";
import type { BackReport, LostDevice } from "./back-report.ts";
import type { Opening } from "./first-token.ts";
import { type BackPlan, planBack } from "./plan-back.ts";
import type { MovingUnit, SynapsePerson, SynapseTarget } from "./ports.ts";

interface GoingBack<Unit> extends Opening {
	readonly storage: Pick<Transactions<Unit>, "read">;
	readonly target: SynapseTarget;
	readonly serverName: string;
}

/** So many people are read at once. */
const atOnce = 100;

/** Reads everybody at both ends and prepares what Synapse has to know. Nothing is written there until `commit`. */
export async function goBack<Unit extends MovingUnit>(going: GoingBack<Unit>): Promise<BackReport> {
	const { storage, target, serverName } = going;
	const report = { people: 0, broughtBack: 0, ended: 0, passwords: 0 };
	const signedOut: LostDevice[] = [];
	for (let after = ""; ; ) {
		const people = await target.people({ after, limit: atOnce });
		const last = people.at(-1);
		if (last === undefined) return { ...report, signedOut };
		after = last.userId;
		const nameOf = ({ userId }: SynapsePerson) => userId.slice(1, -serverName.length - 1);
		const found = await storage.read.moved.here({ localparts: people.map(nameOf) });
		const here = new Map(found.map((person) => [person.localpart, person]));
		for (const there of people) {
			const person = here.get(nameOf(there));
			if (person === undefined || there.appServiceId !== null) continue;
			const { changes, signedOut: lost }: BackPlan = planBack(there, person, going);
			await target.write(there.userId, changes);
			report.people += 1;
			report.broughtBack += changes.addRefresh.length;
			report.ended += changes.deleteAccess.length + changes.deleteRefresh.length;
			report.passwords += Number(
				changes.account !== undefined && changes.account.passwordHash !== there.passwordHash,
			);
			for (const { deviceId, name } of lost) signedOut.push({ user: there.userId, device: deviceId, name });
		}
	}
}
