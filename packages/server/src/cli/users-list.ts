import { makeUserId } from "@countersign/protocol";
import type { Account } from "../people/index.ts";
import { type Command, json } from "./command.ts";
import { lackingWords } from "./lacking-factor.ts";
import { table, when } from "./table.ts";
import { withData } from "./with-data.ts";

export const usersList: Command = {
	name: "users list",
	operands: [],
	options: json,
	usage: "[--json]",
	about:
		"everybody, with who is locked, deactivated, an administrator, or lacks a second factor that is demanded",
	run: (asked) =>
		withData(asked, async ({ operatorPeople, proofs, serverName }) => {
			const accounts = await operatorPeople.list();
			const lacking = await proofs.demands.lacking();
			const rows = accounts.map((one) => ({
				user: makeUserId(one.localpart, serverName),
				state: stateOf(one),
				admin: one.admin,
				created: when(one.createdAt),
				...(lacking !== undefined && { secondFactor: lackingWords(lacking.get(one.id)) ?? "" }),
			}));
			const head = ["USER", "STATE", "ADMIN", "CREATED", ...(lacking === undefined ? [] : ["SECOND FACTOR"])];
			asked.out(
				asked.flag("json")
					? `${JSON.stringify(rows, undefined, "\t")}\n`
					: table(
							head,
							rows.map(({ user, state, admin, created, secondFactor = "" }) => [
								...[user, state, admin ? "yes" : "", created],
								...(lacking === undefined ? [] : [secondFactor]),
							]),
						),
			);
			return 0;
		}),
};

export function stateOf({ lockedAt, deactivatedAt }: Account): "active" | "locked" | "deactivated" {
	if (deactivatedAt !== undefined) return "deactivated";
	return lockedAt === undefined ? "active" : "locked";
}
