import type { Command } from "./command.ts";
import { passwordRefusals } from "./users-create.ts";
import { withAccount } from "./with-data.ts";

export const usersSetPassword: Command = {
	name: "users set-password",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "set a password; signs all browsers out and ends waiting identity resets, apps stay",
	async run(asked) {
		const [name = ""] = asked.operands;
		const password = await asked.readSecret(`New password for ${name}: `);
		return withAccount(asked, name, async ({ operatorPeople }, { id }) => {
			const set = await operatorPeople.setPassword(id, password);
			if (set.ok) {
				asked.out("The password is set. Browsers are signed out; apps are not (sessions end NAME --all).\n");
				return 0;
			}
			asked.complain(
				set.reason === "account-closed" ? "This account is deactivated." : passwordRefusals[set.reason],
			);
			return 1;
		});
	},
};
