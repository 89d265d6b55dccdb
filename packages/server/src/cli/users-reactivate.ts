import { makeUserId } from "@countersign/protocol";
import type { Command } from "./command.ts";
import { whatStands } from "./standing-factors.ts";
import { passwordRefusals } from "./users-create.ts";
import { withAccount } from "./with-data.ts";

export const usersReactivate: Command = {
	name: "users reactivate",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "open a deactivated account again; asks for a new password; devices, keys and backups stay gone",
	run: (asked) =>
		withAccount(
			asked,
			asked.operands[0] ?? "",
			async ({ operatorPeople, serverName, standingFactors }, account) => {
				const isOpen = "This account is not deactivated.";
				if (account.deactivatedAt === undefined) {
					asked.complain(isOpen);
					return 1;
				}
				const userId = makeUserId(account.localpart, serverName);
				const password = await asked.readSecret(`New password for ${userId}: `);
				const done = await operatorPeople.reactivate(account.id, password, asked.operator);
				if (done.ok) {
					asked.out(
						done.isLocked
							? `${userId} is open again, and locked as before: users unlock ${account.localpart}\n`
							: `${userId} can sign in again, as on a first device.\n`,
					);
					const who = { user: userId, name: account.localpart };
					const standing = whatStands(await standingFactors(account.id), who);
					if (standing !== undefined) asked.out(`${standing}\n`);
					return 0;
				}
				asked.complain(done.reason === "account-open" ? isOpen : passwordRefusals[done.reason]);
				return 1;
			},
		),
};
