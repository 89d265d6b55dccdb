import { makeUserId } from "@countersign/protocol";
import { readName } from "../identifiers/index.ts";
import type { OperatorParts } from "../operate.ts";
import type { Account } from "../people/index.ts";
import type { Asked, Command, ExitCode } from "./command.ts";
import { fromFile, listedPeople, type NamedPerson } from "./listed-people.ts";
import { linkOptions, printLinks } from "./print-links.ts";
import { whatStands } from "./standing-factors.ts";
import { plain } from "./table.ts";
import { elsewhere, withData } from "./with-data.ts";

export const usersResetLink: Command = {
	name: "users reset-link",
	operands: ["[NAME...]"],
	options: { ...fromFile, ...linkOptions },
	usage: "[--from FILE] [--json | --csv]",
	about:
		"print a link with which somebody sets a password, once, within a day (a week where nobody has signed in yet); an earlier link of theirs ends",
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
			await tellWhatStands(asked, parts, accounts);
			return 0;
		});
	},
};

/** Beside the links, which may be for programs: whoever has a passkey there signs in whatever the password is. */
async function tellWhatStands(
	asked: Pick<Asked, "complain">,
	{ standingFactors, serverName }: Pick<OperatorParts, "standingFactors" | "serverName">,
	accounts: readonly Account[],
): Promise<void> {
	const standing: string[] = [];
	for (const { id, localpart } of accounts) {
		const who = { user: plain(makeUserId(localpart, serverName)), name: plain(localpart) };
		const words = whatStands(await standingFactors(id), who);
		if (words !== undefined) standing.push(words);
	}
	if (standing.length > 0)
		asked.complain("A new password takes no passkey, no codes and no account elsewhere away:", standing);
}

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
