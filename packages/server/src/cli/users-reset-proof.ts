import type { Command } from "./command.ts";
import { withAccount } from "./with-data.ts";

export const usersResetProof: Command = {
	name: "users reset-proof",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "take away the passkeys and codes of somebody who lost theirs; the password is enough again",
	run: (asked) =>
		withAccount(asked, asked.operands[0] ?? "", async ({ operatorPeople }, { id, hasPassword }) => {
			if (!(await operatorPeople.resetProof(id, asked.operator))) {
				asked.complain("This account has no passkey, and no codes.");
				return 1;
			}
			const next = hasPassword ? "" : " It has no password either: give them one with users reset-link.";
			asked.out(`Taken away. The password is enough again, and browsers are signed out.${next}\n`);
			return 0;
		}),
};
