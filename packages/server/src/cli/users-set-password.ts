import { makeUserId } from "@countersign/protocol";
import type { Command } from "./command.ts";
import { whatStands } from "./standing-factors.ts";
import { plain } from "./table.ts";
import { passwordRefusals } from "./users-create.ts";
import { withAccount } from "./with-data.ts";

export const usersSetPassword: Command = {
	name: "users set-password",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "set a password; signs all browsers out and ends waiting identity resets, apps stay",
	run: (asked) =>
		withAccount(
			asked,
			asked.operands[0] ?? "",
			async ({ operatorPeople, serverName, standingFactors }, account) => {
				const isClosed = "This account is deactivated.";
				if (account.deactivatedAt !== undefined) {
					asked.complain(isClosed);
					return 1;
				}
				const userId = makeUserId(account.localpart, serverName);
				const password = await asked.readSecret(`New password for ${userId}: `);
				const set = await operatorPeople.setPassword(account.id, password, asked.operator);
				if (set.ok) {
					asked.out(
						"The password is set. Browsers are signed out; apps are not (sessions end NAME --all).\n",
					);
					const who = { user: plain(userId), name: plain(account.localpart) };
					const standing = whatStands(await standingFactors(account.id), who);
					if (standing !== undefined) asked.out(`${standing}\n`);
					return 0;
				}
				asked.complain(set.reason === "account-closed" ? isClosed : passwordRefusals[set.reason]);
				return 1;
			},
		),
};
