import { type Command, json } from "./command.ts";
import { plain } from "./table.ts";
import { withData } from "./with-data.ts";

export const programsAllow: Command = {
	name: "programs allow",
	operands: ["ID"],
	options: json,
	usage: "[--json]",
	about:
		"let an app that came from MAS with a secret administer accounts in its own name; it gets another secret, shown once",
	run: (asked) =>
		withData(asked, async ({ programs }) => {
			const id = asked.operands[0] ?? "";
			const allowed = await programs.allow(id, asked.operator);
			if (allowed === undefined) {
				asked.complain(`There is no app "${plain(id)}" with a secret that is no such program yet.`);
				return 1;
			}
			const { secret } = allowed;
			asked.out(
				asked.flag("json")
					? `${JSON.stringify({ client_id: id, client_secret: secret }, undefined, "\t")}\n`
					: `client_id: ${id}\nclient_secret: ${secret}\nThis is the only time it is shown, and the one it had is worth nothing any more, to sign people in either. It can do everything to every account now. Revoke it: programs revoke ${id}\n`,
			);
			return 0;
		}),
};
