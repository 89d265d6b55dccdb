import type { Command } from "../command.ts";
import { lookAtDevice } from "../device/index.ts";
import { readStatus } from "./read-status.ts";

export const status: Command = {
	name: "status",
	options: {},
	about: "what there is of your identity, and what this device has of it",
	details:
		"Says what exists, what this device holds, what a reset would lose, and the mildest thing that helps. Changes nothing, and may be run while another command waits.",
	examples: [
		["xsign status", "in sentences"],
		[
			"xsign status --json",
			"for programs: `advice` is nothing, set-up, restore, verify-with-another-device or reset",
		],
	],
	run: (asked) =>
		lookAtDevice(asked, async (device) => {
			asked.report.tell({ event: "status", status: await readStatus(device) });
		}),
};
