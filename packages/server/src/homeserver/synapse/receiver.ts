import type { Health, Receiver } from "../../tasks/index.ts";
import type { MasApi } from "./mas-api.ts";
import type { HomeserverTask } from "./ports.ts";
import { repeatAt } from "./repeats.ts";
import { tell } from "./tell.ts";

/** How long an attempt without an answer may be on its way at Synapse. */
const settleMs = 5_000;

/** A late one of these would undo what a person did since: sign in again, or have the account opened again. */
const deletions: ReadonlySet<string> = new Set(["delete-device", "delete-all-devices", "delete-user"]);

/** Synapse as one that is told things. */
export function createSynapseReceiver(
	api: MasApi,
	health: Pick<Health, "isSilent" | "onReturn">,
): Receiver<HomeserverTask> {
	const kindOf = ({ telling }: HomeserverTask) => telling?.kind ?? "unreadable";
	return {
		...{ name: "Synapse", health, kindOf },
		tell: (task) => tell(api, task),
		afterwards(task, now) {
			if (task.mayBeUnderWay && deletions.has(kindOf(task)))
				return { state: "settling", nextAt: now + settleMs };
			const nextAt = repeatAt(task, now);
			return nextAt === undefined ? { state: "done" } : { state: "resting", toldAt: now, nextAt };
		},
	};
}
