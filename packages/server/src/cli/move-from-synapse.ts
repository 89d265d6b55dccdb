import { synapseOrigin } from "../move-origin.ts";
import { readSynapseSettings } from "../moving/index.ts";
import type { Command } from "./command.ts";
import { moveFrom } from "./move-from.ts";

export const moveFromSynapse: readonly Command[] = moveFrom({
	name: "from-synapse",
	called: "Synapse",
	operand: "HOMESERVER_YAML",
	read(paths) {
		const synapse = readSynapseSettings(paths);
		return synapse.ok ? { ok: true, origin: synapseOrigin(synapse) } : synapse;
	},
	refusals: {
		"source-runs":
			"Synapse has its database open. For the switch stop it, and every worker of it: what is written there after the copy would be lost.",
		"jobs-waiting": "Synapse has still something to do. Start it, and wait.",
		"passwords-differ":
			"Synapse puts a text behind every password (password_config.pepper), and passwords.pepper in Countersign's settings is another one. Nobody's password would be right: write the same there.",
	},
});
