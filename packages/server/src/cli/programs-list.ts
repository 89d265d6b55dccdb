import { type Command, json } from "./command.ts";
import { table, when } from "./table.ts";
import { withData } from "./with-data.ts";

export const programsList: Command = {
	name: "programs list",
	operands: [],
	options: json,
	usage: "[--json]",
	about: "programs that administer accounts in their own name",
	run: (asked) =>
		withData(asked, async ({ programs }) => {
			const all = await programs.list();
			const rows = all.map(({ id, name, createdAt }) => ({ id, name, created: when(createdAt) }));
			asked.out(
				asked.flag("json")
					? `${JSON.stringify(rows, undefined, "\t")}\n`
					: table(["ID", "NAME", "CREATED"], rows.map(Object.values)),
			);
			return 0;
		}),
};
