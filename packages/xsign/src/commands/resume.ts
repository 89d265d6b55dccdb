import { resumeIdentityReset } from "@countersign/client";
import type { Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { complete, waitingOptions, waitOf, wishesOf } from "./completing.ts";
import { isWhole, readStatus } from "./read-status.ts";

export const resume: Command = {
	name: "resume",
	options: waitingOptions,
	about: "go on with a reset that was stopped, with the same keys and approval",
	details:
		"Goes on where reset or setup was stopped: by Ctrl-C, a crash, --no-wait, or an approval that came late. An approval that was given meanwhile counts. May be run again and again: where nothing is under way and this device holds the identity, it says so and ends with 0.",
	examples: [
		["xsign resume", "waits for the approval, and completes the rest"],
		["xsign resume --no-wait --json", "for programs: looks once; 75 while nobody has approved"],
	],
	run(asked) {
		waitOf(asked);
		return withDevice(asked, async (device) => {
			const reset = await resumeIdentityReset(device);
			if (reset !== undefined) return complete(asked, device, { reset, wishes: await wishesOf(asked) });
			const status = await readStatus(device);
			if (!isWhole(status)) throw new Refusal("nothing-under-way");
			asked.report.tell({ event: "done", what: "nothing-to-do", fingerprint: status.fingerprint });
		});
	},
};
