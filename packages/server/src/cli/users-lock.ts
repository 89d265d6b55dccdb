import type { Command } from "./command.ts";
import { sayIfNobodyLeft } from "./nobody-left.ts";
import { withAccount } from "./with-data.ts";

export const usersLock: Command = {
	name: "users lock",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "stop everything of an account until it is unlocked; its devices and keys stay",
	run: (asked) =>
		withAccount(asked, asked.operands[0] ?? "", async ({ operatorPeople, administrators }, account) => {
			if (await operatorPeople.lock(account.id, asked.operator)) {
				asked.out("Locked. Homeservers that remember tokens may take up to two minutes to notice.\n");
				await sayIfNobodyLeft(asked, administrators, account);
				return 0;
			}
			asked.complain("This account is locked already, or deactivated.");
			return 1;
		}),
};
