import { administers } from "@countersign/protocol";
import { type Command, json } from "./command.ts";
import { plain, table, when } from "./table.ts";
import { withAccount } from "./with-data.ts";

export const tokensList: Command = {
	name: "tokens list",
	operands: ["NAME"],
	options: json,
	usage: "[--json]",
	about: "the tokens for programs of a user, whoever made them, never the tokens themselves",
	run: (asked) =>
		withAccount(asked, asked.operands[0] ?? "", async ({ sessions }, { id }) => {
			const tokens = (await sessions.listOf(id)).filter(({ lasting }) => lasting);
			const rows = tokens.map((token) => ({
				session: token.id,
				name: plain(token.clientName ?? ""),
				device: token.deviceId ?? "",
				may: administers(token.scope) ? "administer" : "matrix",
				by: token.byPerson === true ? "person" : "operator",
				made: when(token.tokenMadeAt ?? token.createdAt),
				expires: token.endsAt === undefined ? "never" : when(token.endsAt),
				lastUsed: token.lastUsedAt === token.createdAt ? "never" : when(token.lastUsedAt),
				lastAddress: token.lastAddress ?? "",
			}));
			const head = ["SESSION", "NAME", "DEVICE", "MAY", "BY", "MADE", "EXPIRES", "LAST USED", "FROM"];
			asked.out(
				asked.flag("json")
					? `${JSON.stringify(rows, undefined, "\t")}\n`
					: table(head, rows.map(Object.values)),
			);
			return 0;
		}),
};
