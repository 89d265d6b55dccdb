import { makeUserId } from "@countersign/protocol";
import type { Command } from "./command.ts";
import { withAccount } from "./with-data.ts";

export const usersPromote: Command = {
	name: "users promote",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "make somebody an administrator, who may let apps administer the homeserver",
	run: (asked) =>
		withAccount(
			asked,
			asked.operands[0] ?? "",
			async ({ administrators, serverName, proofs, standingFactors }, { id, localpart, deactivatedAt }) => {
				const promoted = await administrators.promote(id, asked.operator);
				if (promoted === "kept") {
					asked.out(
						`${makeUserId(localpart, serverName)} was an administrator by the word of a service by which people sign in. Now it is by yours: no service takes it away.\n`,
					);
					return 0;
				}
				if (promoted !== undefined) {
					const { passkeys, codesSince } = await standingFactors(id);
					const lacks = passkeys.length === 0 && codesSince === undefined;
					const first =
						lacks && proofs.demands.isDemandedOf({ admin: true })
							? " First they have to add a second factor, which is demanded of them."
							: "";
					asked.out(
						`${makeUserId(localpart, serverName)} is an administrator now: apps that ask for it may administer the server, and tokens issue --scope 'urn:synapse:admin:*'. What is signed in already may do no more than before.${first}\n`,
					);
					return 0;
				}
				asked.complain(
					deactivatedAt === undefined
						? "This user is an administrator already."
						: "This account is deactivated.",
				);
				return 1;
			},
		),
};
