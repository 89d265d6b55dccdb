import { type Command, json } from "./command.ts";
import { plain, table, when } from "./table.ts";
import { withData } from "./with-data.ts";

export const tokensRegistrationList: Command = {
	name: "tokens registration list",
	operands: [],
	options: json,
	usage: "[--json]",
	about: "the tokens there are, by whom and what for, never the tokens themselves",
	run: (asked) =>
		withData(asked, async ({ registrationTokens }) => {
			const rows = (await registrationTokens.list()).map((token) => ({
				id: token.id,
				name: plain(token.name),
				state: token.state,
				used: token.uses === undefined ? String(token.used) : `${token.used} of ${token.uses}`,
				expires: token.expiresAt === undefined ? "never" : when(token.expiresAt),
				user: token.localpart ?? "",
				email: token.email?.address ?? "",
				created: when(token.createdAt),
				by: plain(token.madeBy ?? ""),
				revokedBy: plain(token.revokedBy ?? ""),
				changedBy: plain(token.changedBy ?? ""),
			}));
			const head = [
				"ID",
				"NAME",
				"STATE",
				"USED",
				"EXPIRES",
				"USER",
				"E-MAIL",
				"CREATED",
				"BY",
				"REVOKED BY",
				"CHANGED BY",
			];
			asked.out(
				asked.flag("json")
					? `${JSON.stringify(rows, undefined, "\t")}\n`
					: table(head, rows.map(Object.values)),
			);
			return 0;
		}),
};
