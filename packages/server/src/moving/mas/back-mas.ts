import type { Transactions } from "@countersign/core";
import type { BackReport, LostDevice } from "../back-report.ts";
import { batches } from "../batches.ts";
import type { Opening } from "../first-token.ts";
import type { MovingUnit } from "../ports.ts";
import { personAtMas, planBackToMas } from "./plan-back-mas.ts";
import { planClient } from "./plan-client.ts";
import type { MasFacts } from "./plan-mas.ts";
import type { MasTarget } from "./ports.ts";

interface GoingBack<Unit> extends Opening {
	readonly storage: Pick<Transactions<Unit>, "read">;
	readonly target: MasTarget;
	readonly mas: MasFacts;
}

/** Reads everybody at both ends and prepares what MAS has to know. Nothing is written there until `commit`. */
export async function goBackToMas<Unit extends MovingUnit>(going: GoingBack<Unit>): Promise<BackReport> {
	const { storage, target, mas } = going;
	const [leftApps, apps] = [new Set<string>(), new Set<string>()];
	for await (const clients of batches(target.clients, ({ id }) => id))
		for (const client of clients) {
			apps.add(client.id);
			if (!planClient(client, { ...mas, now: going.now }).ok) leftApps.add(client.id);
		}
	const addApp = async (id: string) => {
		const client = apps.has(id) ? undefined : await storage.read.clients.find(id);
		apps.add(id);
		if (client !== undefined) await target.addApp({ ...client, isStatic: false });
	};
	const back = { ...going, ...mas, leftApps };
	const counts = { people: 0, broughtBack: 0, ended: 0, passwords: 0 };
	const signedOut: LostDevice[] = [];
	for await (const people of batches(storage.read.moved.here, ({ id }) => id)) {
		const found = await target.peopleOf(people.map(personAtMas));
		const there = new Map(found.map((person) => [person.id, person]));
		for (const person of people) {
			const id = personAtMas(person);
			const { changes, signedOut: lost } = planBackToMas(there.get(id), person, back);
			for (const session of changes.addSessions) if (session.kind === "oauth") await addApp(session.clientId);
			await target.write(id, changes);
			counts.people += 1;
			counts.broughtBack += changes.addRefresh.filter(({ nextId }) => nextId === null).length;
			counts.ended +=
				changes.endSessions.length +
				changes.endAccess.length +
				changes.consume.filter(({ nextId }) => nextId === null).length;
			counts.passwords += Number(changes.password !== undefined);
			const user = `@${person.localpart}:${mas.serverName}`;
			for (const { deviceId, deviceName: name } of lost)
				signedOut.push({ user, device: deviceId ?? "", name });
		}
	}
	return { ...counts, signedOut };
}
