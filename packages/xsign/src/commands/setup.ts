import type { Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { begin, beginningOptions, refuseExisting } from "./begin.ts";
import { complete, waitingOptions } from "./completing.ts";
import { isWhole, readStatus } from "./read-status.ts";

export const setup: Command = {
	name: "setup",
	options: { ...beginningOptions, ...waitingOptions },
	about: "make an identity where there is none, with recovery and a backup",
	details:
		"Makes the identity, signs this device with it, and sets up a recovery key and a backup for message keys. Homeservers take a first identity without asking. Where this device holds one already, nothing is done; where there is one that it does not hold, you are told how to get it.",
	examples: [
		["xsign setup", "shows the recovery key once"],
		["xsign setup --json --save-recovery-key key.txt", "for programs"],
	],
	run: (asked) =>
		withDevice(asked, async (device) => {
			const status = await readStatus(device);
			if (status.underWay === undefined) {
				if (isWhole(status))
					return asked.report.tell({ event: "done", what: "nothing-to-do", fingerprint: status.fingerprint });
				if (status.advice !== "set-up") throw refuseExisting(status);
			}
			await complete(asked, device, await begin(asked, device, "set-up"));
		}),
};
