import { rotateRecoveryKey } from "@countersign/client";
import type { Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { waitingOptions } from "./completing.ts";
import { heldSecrets } from "./held-secrets.ts";
import { keepRecoveryKey, recoveryKeyFileOf } from "./recovery-key-file.ts";

export const recoveryKeyRotate: Command = {
	name: "recovery-key rotate",
	options: { "save-recovery-key": waitingOptions["save-recovery-key"] },
	about: "make a new recovery key, also where the old one is lost",
	details:
		"Makes a new recovery key for the identity that this device holds; afterwards the old one does not open it any more. Nobody has to approve it. Where it is interrupted, run it again with another file.",
	examples: [
		["xsign recovery-key rotate", "shows the new key once"],
		["xsign recovery-key rotate --json --save-recovery-key key.txt", "for programs"],
	],
	run: (asked) =>
		withDevice(asked, async (device) => {
			const { fingerprint, secrets } = await heldSecrets(device);
			const file = await recoveryKeyFileOf(asked);
			const { opensBackup } = await rotateRecoveryKey({
				...{ session: device.session, secrets, signal: asked.signal },
				saveRecoveryKey: (key) => keepRecoveryKey(asked, key, file),
			});
			asked.report.tell({ event: "done", what: "recovery-key-rotated", fingerprint, opensBackup });
		}),
};
