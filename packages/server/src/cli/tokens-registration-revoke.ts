import type { Command } from "./command.ts";
import { plain } from "./table.ts";
import { withData } from "./with-data.ts";

export const tokensRegistrationRevoke: Command = {
	name: "tokens registration revoke",
	operands: ["ID"],
	options: {},
	usage: "",
	about: "nobody registers with this token any more; accounts that were made with it stay",
	run: (asked) =>
		withData(asked, async ({ registrationTokens }) => {
			const id = asked.operands[0] ?? "";
			const done = await registrationTokens.revoke(id, asked.operator);
			if (done) asked.out("The token is good for nothing any more.\n");
			else
				asked.complain(`There is no token "${plain(id)}" that could be revoked (tokens registration list).`);
			return done ? 0 : 1;
		}),
};
