import { makeUserId } from "@countersign/protocol";
import type { Command } from "./command.ts";
import { sayIfNobodyLeft } from "./nobody-left.ts";
import { when } from "./table.ts";
import { withAccount } from "./with-data.ts";

export const usersDemote: Command = {
	name: "users demote",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "make somebody no administrator any more; apps and tokens that could administer are signed out",
	run: (asked) =>
		withAccount(asked, asked.operands[0] ?? "", async ({ administrators, serverName }, account) => {
			const { id, localpart } = account;
			const demoted = await administrators.demote(id, asked.operator);
			if (demoted === undefined) {
				asked.complain("This user is no administrator already.");
				return 1;
			}
			const userId = makeUserId(localpart, serverName);
			asked.out(
				`${userId} is no administrator any more. Signed out, because they could administer: ${demoted.ended}.\n`,
			);
			await sayIfNobodyLeft(asked, administrators, account);
			const { links, tokens, lately } = demoted;
			if (links + tokens > 0)
				asked.out(
					`Void, because they made them: links ${links}, tokens of others that administer ${tokens}.\n`,
				);
			if (lately.length === 0) return 0;
			asked.out("What they did as an administrator, the last fifty lines at most:\n");
			for (const { at, kind, localpart: to } of lately)
				asked.out(`  ${when(at)}  ${kind}  ${makeUserId(to, serverName)}\n`);
			return 0;
		}),
};
