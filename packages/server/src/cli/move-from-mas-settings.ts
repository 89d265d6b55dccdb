import { join, resolve } from "node:path";
import { readMasSettings, settingsFromMas } from "../moving/index.ts";
import type { Command } from "./command.ts";
import { writeNewFiles } from "./write-new-files.ts";

export const moveFromMasSettings: Command = {
	name: "move from-mas settings",
	operands: ["CONFIG_YAML"],
	options: { also: { type: "string", multiple: true }, out: { type: "string" } },
	usage: "--out FOLDER [--also FILE ...]",
	about:
		"write Countersign's settings from those of MAS into a folder, with files for their secrets, and say what becomes of every one of MAS's",
	async run(asked) {
		const out = asked.option("out");
		if (out === undefined) {
			asked.complain(
				"countersign move from-mas settings: --out FOLDER is missing; countersign.yaml is put there",
			);
			return 2;
		}
		const mas = readMasSettings([asked.operands[0] ?? "", ...asked.options("also")]);
		if (!mas.ok) {
			asked.complain("MAS's settings cannot be used:", mas.problems);
			return 1;
		}
		const { settings, secrets, account } = settingsFromMas(mas);
		const folder = resolve(out);
		const written = await writeNewFiles([
			{ path: join(folder, "countersign.yaml"), text: settings, isSecret: false },
			...Object.entries(secrets).map(([name, text]) => ({ path: join(folder, name), text, isSecret: true })),
		]);
		if (!written.ok) {
			asked.complain(written.problem);
			return 1;
		}
		asked.out(`${account}\nWritten to ${folder}: countersign.yaml, ${Object.keys(secrets).join(", ")}\n`);
		return 0;
	},
};
