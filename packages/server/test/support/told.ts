import type { AccountId } from "@countersign/core";
import type { PeopleWorld } from "./people-world.ts";

/** What waits to be told a homeserver elsewhere of somebody, in its order; it is told with that. */
export async function told({ storage, clock }: PeopleWorld, accountId: AccountId) {
	const all = [];
	for (;;) {
		const now = clock();
		const claim = { accountId, now, lease: "test", until: now + 1, early: true };
		const task = await storage.write((unit) => unit.homeserverTasks.claim(claim));
		if (task === undefined) return all;
		all.push(task.telling);
		await storage.write((unit) => unit.homeserverTasks.settle(task, { state: "done" }));
	}
}
