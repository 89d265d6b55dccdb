import type { Command } from "./command.ts";
import { plain } from "./table.ts";
import { withData } from "./with-data.ts";

export const programsAllow: Command = {
	name: "programs allow",
	operands: ["ID"],
	options: {},
	usage: "",
	about: "let an app that came from MAS with a secret administer accounts in its own name, with that secret",
	run: (asked) =>
		withData(asked, async ({ programs }) => {
			const id = asked.operands[0] ?? "";
			const done = await programs.allow(id);
			if (done) asked.out("It can do everything to every account now (programs list).\n");
			else asked.complain(`There is no app "${plain(id)}" with a secret that is no such program yet.`);
			return done ? 0 : 1;
		}),
};
