import { makeUserId } from "@countersign/protocol";
import { readName } from "../identifiers/index.ts";
import type { OperatorParts } from "../operate.ts";
import type { Account } from "../people/index.ts";
import type { Command, ExitCode } from "./command.ts";
import { fromFile, listedPeople, type NamedPerson } from "./listed-people.ts";
import { linkOptions, printLinks } from "./print-links.ts";
import { elsewhere, withData } from "./with-data.ts";

export const usersResetLink: Command = {
	name: "users reset-link",
	operands: ["[NAME...]"],
	options: { ...fromFile, ...linkOptions },
	usage: "[--from FILE] [--json | --csv]",
	about:
		"print a link with which somebody sets a password, once, within a day (a week where they have none yet); an earlier link of theirs ends",
	run(asked) {
		const people = listedPeople(asked, "users reset-link");
		if (typeof people === "number") return Promise.resolve(people);
		return withData(asked, async (parts): Promise<ExitCode> => {
			const { operatorLinks, serverName } = parts;
			const found = await findAll(parts, people);
			if (found.problems.length > 0) {
				asked.complain("No link was made:", found.problems);
				return 1;
			}
			const { accounts } = found;
			const made = await operatorLinks.make(
				accounts.map(({ id }) => id),
				asked.operator,
			);
			if (!made.ok) {
				const { localpart = "" } = accounts.find(({ id }) => id === made.accountId) ?? {};
				const userId = makeUserId(localpart, serverName);
				asked.complain("No link was made:", [refusals[made.reason](userId)]);
				return 1;
			}
			const rows = accounts.flatMap(({ localpart }, at) => {
				const link = made.links[at];
				return link === undefined ? [] : [{ user: makeUserId(localpart, serverName), link }];
			});
			printLinks(asked, rows);
			return 0;
		});
	},
};

/** Everybody of these names, each once; or what is wrong with each name that is nobody's. */
async function findAll(
	{ people, serverName }: Pick<OperatorParts, "people" | "serverName">,
	listed: readonly NamedPerson[],
): Promise<{ readonly accounts: readonly Account[]; readonly problems: readonly string[] }> {
	const accounts = new Map<string, Account>();
	const problems: string[] = [];
	for (const { name, where } of listed) {
		const named = readName(name, serverName);
		const account = named.ok ? await people.byName(named.written) : undefined;
		if (account !== undefined) accounts.set(account.id, account);
		else {
			const why = named.ok ? `There is no user ${JSON.stringify(name)}.` : elsewhere(name, serverName);
			problems.push(where === JSON.stringify(name) ? why : `${where}: ${why}`);
		}
	}
	return { accounts: [...accounts.values()], problems };
}

const refusals = {
	"account-closed": (userId: string) => `${userId} is deactivated; users reactivate opens the account again.`,
	"account-locked": (userId: string) => `${userId} is locked; users unlock first.`,
} as const;
