import type { Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { isWhole, readStatus } from "./read-status.ts";
import { restoreWith, secretFrom } from "./restoring.ts";

export const restore: Command = {
	name: "restore",
	options: {
		"recovery-key-file": { value: "FILE", about: "read the recovery key there instead of asking for it" },
	},
	about: "take your identity over with the recovery key or passphrase",
	details:
		"Asks for the recovery key or passphrase that you have, and signs this device with the identity it opens. Nobody has to approve it, and nothing is replaced: try it before a reset.",
	examples: [
		["xsign restore", "asks; what you type is not shown"],
		["xsign restore --json < key.txt", "for programs"],
	],
	run: (asked) =>
		withDevice(asked, async (device) => {
			// Asked for only where it can help: a secret is not to be typed in vain.
			const status = await readStatus(device);
			const { fingerprint, underWay, recovery } = status;
			if (underWay !== undefined) throw new Refusal("reset-under-way");
			if (fingerprint === undefined) throw new Refusal("no-identity");
			if (isWhole(status)) {
				asked.report.tell({ event: "done", what: "nothing-to-do", fingerprint });
				return;
			}
			if (recovery === "none") throw new Refusal("no-recovery");
			await restoreWith(asked, device, await secretFrom(asked, asked.option("recovery-key-file")));
		}),
};
