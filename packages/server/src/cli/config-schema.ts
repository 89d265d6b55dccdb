import { settingsSchema } from "../config/index.ts";
import type { Command } from "./command.ts";

export const configSchema: Command = {
	name: "config schema",
	operands: [],
	options: {},
	usage: "",
	about: "print the settings file as JSON Schema, for editors",
	async run(asked) {
		asked.out(settingsSchema());
		return 0;
	},
};
