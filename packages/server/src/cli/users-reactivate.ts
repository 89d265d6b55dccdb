import { makeUserId } from "@countersign/protocol";
import type { Command } from "./command.ts";
import { passwordRefusals } from "./users-create.ts";
import { withAccount } from "./with-data.ts";

export const usersReactivate: Command = {
	name: "users reactivate",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "open a deactivated account again; asks for a new password; devices, keys and backups stay gone",
	async run(asked) {
		const [name = ""] = asked.operands;
		const password = await asked.readSecret(`New password for ${name}: `);
		return withAccount(asked, name, async ({ operatorPeople, serverName }, { id }) => {
			const done = await operatorPeople.reactivate(id, password);
			if (done.ok) {
				asked.out(`${makeUserId(name, serverName)} can sign in again, as on a first device.\n`);
				return 0;
			}
			asked.complain(
				done.reason === "account-open" ? "This account is not deactivated." : passwordRefusals[done.reason],
			);
			return 1;
		});
	},
};
