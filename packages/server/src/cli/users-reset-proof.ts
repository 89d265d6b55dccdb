import type { Command } from "./command.ts";
import { withAccount } from "./with-data.ts";

export const usersResetProof: Command = {
	name: "users reset-proof",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "take away the passkeys and codes of somebody who lost theirs; the password is enough again",
	run: (asked) =>
		withAccount(
			asked,
			asked.operands[0] ?? "",
			async ({ operatorPeople, proofs }, { id, hasPassword, admin }) => {
				if (!(await operatorPeople.resetProof(id, asked.operator))) {
					asked.complain("This account has no passkey, and no codes.");
					return 1;
				}
				const next = hasPassword ? "" : " It has no password either: give them one with users reset-link.";
				const time = proofs.demands.isDemandedOf({ admin })
					? " A second factor is demanded of them: from their next sign-in they have the grace time again."
					: "";
				asked.out(`Taken away. The password is enough again, and browsers are signed out.${next}${time}\n`);
				return 0;
			},
		),
};
