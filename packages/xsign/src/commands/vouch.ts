import { vouchForDevice } from "@countersign/client";
import type { Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { heldSecrets } from "./held-secrets.ts";

export const vouch: Command = {
	name: "vouch",
	operand: "DEVICE",
	options: {
		key: { value: "KEY", about: "the key of that device, as it shows it itself: its Ed25519 fingerprint" },
	},
	about: "vouch for another device of this account, a bot's for example",
	details:
		"Signs the device with the identity that this one holds, so that others see whose it is. For devices whose own program knows nothing of identities; nothing is handed over to it, and nobody has to approve it. KEY has to come from the device itself: the server is not believed about it. Spaces in it do not matter.",
	examples: [
		["xsign vouch ABCDEFGHIJ --key 'Kr7G 0zS4 …'", "with the key that the bot writes into its log"],
		["xsign vouch ABCDEFGHIJ --key 'Kr7G 0zS4 …' --json", "for programs"],
		["xsign vouch --key 'Kr7G 0zS4 …' -- -BCDEFGHIJ", "where the id of the device begins with -"],
	],
	run(asked) {
		const { operand: deviceId } = asked;
		const deviceKey = asked.option("key")?.replaceAll(/\s/g, "");
		if (deviceId === undefined) throw new Refusal("usage", { problem: "Which device? Name its id." });
		if (deviceKey === undefined || deviceKey === "")
			throw new Refusal("usage", { problem: "--key is missing: the key that the device itself shows." });
		return withDevice(asked, async (device) => {
			const { fingerprint, secrets } = await heldSecrets(device);
			asked.report.tell({ event: "step", step: "vouch" });
			await vouchForDevice({ ...device, secrets, deviceId, deviceKey, signal: asked.signal });
			asked.report.tell({ event: "done", what: "vouched", fingerprint });
		});
	},
};
