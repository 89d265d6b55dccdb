import type { People, PeopleDeps } from "./people.ts";
import type { PeopleUnit } from "./ports.ts";

export function createDeactivate<Unit extends PeopleUnit>(
	deps: Pick<PeopleDeps<Unit>, "storage" | "clock" | "random" | "endSessions">,
): People["deactivate"] {
	return ({ accountId, erase, address }) =>
		deps.storage.write(async (unit) => {
			const now = deps.clock();
			if (!(await unit.accounts.close(accountId, { erase, now }))) return false;
			const from = address === undefined ? {} : { address };
			await unit.requests.withdraw({ of: "account", accountId }, "account-closed", now);
			await deps.endSessions(unit, { accountId, now, ...from });
			await unit.browserSessions.endAllOf(accountId);
			await unit.homeserver.removeUser(accountId, erase, now);
			await unit.events.record({
				id: deps.random.token(),
				accountId,
				at: now,
				kind: "account-deactivated",
				...from,
				detail: { erase: erase ? "yes" : "no" },
			});
			return true;
		});
}
