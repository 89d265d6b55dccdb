import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commands } from "./commands/index.ts";
import { helpOn, unknownCommand } from "./help.ts";

describe("help", () => {
	test("lists every command, and fits a terminal of 80 columns, on every page", () => {
		const pages = [helpOn(commands, []), ...commands.map(({ name }) => helpOn(commands, name.split(" ")))];
		for (const page of pages)
			assert.deepEqual(
				page.split("\n").filter((line) => line.length > 80),
				[],
			);
		for (const { name } of commands) assert.match(pages[0] ?? "", new RegExp(`^  ${name} `, "m"));
	});

	test("on a command names its options and has examples that begin with it", () => {
		for (const command of commands) {
			const page = helpOn(commands, command.name.split(" "));
			for (const option of Object.keys(command.options))
				assert.match(page, new RegExp(`^  --${option}`, "m"));
			assert.ok(command.examples.length > 0);
			for (const [line] of command.examples) assert.ok(line.startsWith(`xsign ${command.name}`), line);
		}
	});

	test("on something else is the list", () => {
		assert.equal(helpOn(commands, ["dance"]), helpOn(commands, []));
	});

	test("knows what was meant, and says where all are where it does not", () => {
		const nearest = {
			stauts: "status",
			resett: "reset",
			logni: "login",
			recovery: "recovery-key rotate",
			"recovery-key": "recovery-key rotate",
			signout: undefined,
		};
		for (const [typed, meant] of Object.entries(nearest)) {
			const said = unknownCommand(commands, [typed]);
			assert.match(
				said,
				meant === undefined ? /xsign help$/ : new RegExp(`You may mean: xsign ${meant}$`),
				typed,
			);
		}
	});
});
