import { resumeIdentityReset } from "@countersign/client";
import type { Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { writeWishes } from "../state/index.ts";
import { readStatus } from "./read-status.ts";

export const abandon: Command = {
	name: "abandon",
	options: {},
	about: "forget a reset that nobody has approved yet",
	details:
		"Forgets the keys that were made for a reset. The old identity stands as it did. Once the server has taken the new keys this is refused: nobody would hold them.",
	examples: [["xsign abandon", "the page to approve on leads nowhere from then on"]],
	run: (asked) =>
		withDevice(asked, async (device) => {
			const reset = await resumeIdentityReset(device);
			if (reset === undefined) throw new Refusal("nothing-under-way");
			const { fingerprint, underWay } = await readStatus(device);
			if (fingerprint === underWay) throw new Refusal("accepted-already");
			await reset.abandon();
			await writeWishes(asked.state, undefined);
			asked.report.tell({ event: "done", what: "abandoned" });
		}),
};
