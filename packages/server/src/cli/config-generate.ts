import { settingsTemplate } from "../config/index.ts";
import type { Command } from "./command.ts";

export const configGenerate: Command = {
	name: "config generate",
	operands: [],
	options: {},
	usage: "> countersign.yaml",
	about: "print a settings file in which everything is explained",
	async run(asked) {
		asked.out(settingsTemplate());
		return 0;
	},
};
