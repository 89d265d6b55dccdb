import type { Command } from "./command.ts";
import { sayIfNobodyLeft } from "./nobody-left.ts";
import { withAccount } from "./with-data.ts";

export const usersDeactivate: Command = {
	name: "users deactivate",
	operands: ["NAME"],
	options: { yes: { type: "boolean" }, erase: { type: "boolean" } },
	usage: "--yes [--erase]",
	about:
		"close an account for good; its name is never given out again, and only users reactivate opens it, empty",
	async run(asked) {
		const [name = ""] = asked.operands;
		if (!asked.flag("yes")) {
			asked.complain(
				`This closes the account ${JSON.stringify(name)} for good: devices, keys and backups go, and do not come back if users reactivate opens it again.`,
				["Say --yes to do it, and --erase to have its profile erased as well."],
			);
			return 2;
		}
		return withAccount(asked, name, async ({ operatorPeople, administrators }, account) => {
			if (await operatorPeople.deactivate(account.id, { erase: asked.flag("erase") }, asked.operator)) {
				asked.out("Deactivated.\n");
				await sayIfNobodyLeft(asked, administrators, account);
				return 0;
			}
			asked.complain("This account was deactivated before.");
			return 1;
		});
	},
};
