import type { Command } from "./command.ts";
import { plain } from "./table.ts";
import { withData } from "./with-data.ts";

export const programsRevoke: Command = {
	name: "programs revoke",
	operands: ["ID"],
	options: {},
	usage: "",
	about: "a program administers nothing any more, from now on",
	run: (asked) =>
		withData(asked, async ({ programs }) => {
			const id = asked.operands[0] ?? "";
			const done = await programs.revoke(id, asked.operator);
			if (done === undefined) {
				asked.complain(`There is no program "${plain(id)}" (programs list).`);
				return 1;
			}
			asked.out("Its secret and its tokens are worth nothing any more.\n");
			const { links, tokens } = done;
			if (links + tokens > 0)
				asked.out(
					`Void, because it made them: links ${links}, tokens of people that administer ${tokens}.\n`,
				);
			return 0;
		}),
};
