import { masOrigin } from "../move-origin.ts";
import { readMasSettings } from "../moving/index.ts";
import type { Command } from "./command.ts";
import { moveFrom } from "./move-from.ts";

export const moveFromMas: readonly Command[] = moveFrom({
	name: "from-mas",
	called: "MAS",
	operand: "CONFIG_YAML",
	read(paths) {
		const mas = readMasSettings(paths);
		return mas.ok ? { ok: true, origin: masOrigin(mas) } : mas;
	},
	refusals: {
		"source-runs":
			"Somebody is connected to MAS's database as MAS is. For the switch stop it, and every worker of it: what is written there after the copy would be lost.",
		"jobs-waiting":
			"MAS has not told Synapse yet of every device and account that ended (queue_jobs). Start both, wait until it has, and stop MAS again: nobody would tell it afterwards.",
		"passwords-differ":
			"Countersign's settings do not say how MAS hashes passwords (passwords.schemes_file), or say it otherwise. Nobody's password would be right: countersign move from-mas settings writes what is needed.",
	},
});
