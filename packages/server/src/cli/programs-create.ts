import { safeText } from "../http/index.ts";
import { type Command, json } from "./command.ts";
import { withData } from "./with-data.ts";

export const programsCreate: Command = {
	name: "programs create",
	operands: ["NAME"],
	options: json,
	usage: "[--json]",
	about:
		"a program that administers accounts through the admin API in its own name (client_credentials); its secret is shown once",
	async run(asked) {
		const name = safeText(asked.operands[0] ?? "", 100);
		if (name === "") {
			asked.complain("A program needs a name by which it is recognised later.");
			return 2;
		}
		return withData(asked, async ({ programs }) => {
			const { id, secret } = await programs.create(name, asked.operator);
			asked.out(
				asked.flag("json")
					? `${JSON.stringify({ client_id: id, client_secret: secret }, undefined, "\t")}\n`
					: `client_id: ${id}\nclient_secret: ${secret}\nThis is the only time it is shown. It can do everything to every account. Revoke it: programs revoke ${id}\n`,
			);
			return 0;
		});
	},
};
