import type { Command } from "./command.ts";
import { withAccount } from "./with-data.ts";

export const usersUnlock: Command = {
	name: "users unlock",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "let a locked account work again",
	run: (asked) =>
		withAccount(asked, asked.operands[0] ?? "", async ({ operatorPeople }, { id }) => {
			if (await operatorPeople.unlock(id, asked.operator)) {
				asked.out("Unlocked.\n");
				return 0;
			}
			asked.complain("This account is not locked, or deactivated.");
			return 1;
		}),
};
