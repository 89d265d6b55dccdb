import { makeUserId } from "@countersign/protocol";
import type { Account } from "../people/index.ts";
import { type Command, json } from "./command.ts";
import { table, when } from "./table.ts";
import { withData } from "./with-data.ts";

export const usersList: Command = {
	name: "users list",
	operands: [],
	options: json,
	usage: "[--json]",
	about: "everybody, with who is locked, deactivated or an administrator",
	run: (asked) =>
		withData(asked, async ({ operatorPeople, serverName }) => {
			const accounts = await operatorPeople.list();
			const rows = accounts.map((one) => ({
				user: makeUserId(one.localpart, serverName),
				state: stateOf(one),
				admin: one.admin,
				created: when(one.createdAt),
			}));
			asked.out(
				asked.flag("json")
					? `${JSON.stringify(rows, undefined, "\t")}\n`
					: table(
							["USER", "STATE", "ADMIN", "CREATED"],
							rows.map(({ user, state, admin, created }) => [user, state, admin ? "yes" : "", created]),
						),
			);
			return 0;
		}),
};

function stateOf({ lockedAt, deactivatedAt }: Account): "active" | "locked" | "deactivated" {
	if (deactivatedAt !== undefined) return "deactivated";
	return lockedAt === undefined ? "active" : "locked";
}
