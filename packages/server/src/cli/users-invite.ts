import { makeUserId } from "@countersign/protocol";
import { readName } from "../identifiers/index.ts";
import type { InviteProblem } from "../operating/index.ts";
import type { Asked, Command, ExitCode } from "./command.ts";
import { fromFile, listedPeople, type NamedPerson } from "./listed-people.ts";
import { displayNameFaults } from "./people-file.ts";
import { linkOptions, printLinks } from "./print-links.ts";
import { nameRefusals } from "./users-create.ts";
import { elsewhere, withData } from "./with-data.ts";

export const usersInvite: Command = {
	name: "users invite",
	operands: ["[NAME...]"],
	options: { ...fromFile, ...linkOptions },
	usage: "[--from FILE] [--json | --csv]",
	about:
		"make accounts without a password, and print a link for each with which its person chooses one, once, within a week; FILE is CSV: name, display name, e-mail address",
	run(asked) {
		const people = listedPeople(asked, "users invite");
		if (typeof people === "number") return Promise.resolve(people);
		return withData(asked, async ({ invite, serverName }): Promise<ExitCode> => {
			const named = people.map((person) => ({ ...person, read: readName(person.name, serverName) }));
			const strangers = named.filter(({ read }) => !read.ok);
			if (strangers.length > 0)
				return refuse(
					asked,
					strangers.map(({ where, name }) => `${where}: ${elsewhere(name, serverName)}`),
				);
			const invited = named.map(({ read, displayName, email }) => ({
				localpart: read.ok ? read.localpart : "",
				displayName,
				email,
			}));
			const outcome = await invite(invited, asked.operator);
			if (!outcome.ok)
				return refuse(
					asked,
					outcome.problems.map((problem) => `${whereOf(people, problem)}: ${explain(problem)}`),
				);
			const rows = invited.map(({ localpart }, at) => {
				const link = outcome.links[at];
				return { user: makeUserId(localpart, serverName), ...(link !== undefined && { link }) };
			});
			printLinks(asked, rows);
			const existing = rows.filter(({ link }) => link === undefined).length;
			if (existing > 0)
				asked.complain(
					`${existing} of ${rows.length} had an account already and got no link; users reset-link makes one.`,
				);
			return 0;
		});
	},
};

function refuse(asked: Asked, problems: readonly string[]): ExitCode {
	asked.complain("Nobody was invited:", problems);
	return 1;
}

function whereOf(people: readonly NamedPerson[], { at }: InviteProblem): string {
	const person = people[at];
	if (person === undefined) return "";
	const name = JSON.stringify(person.name);
	return person.where === name ? name : `${person.where}, ${name}`;
}

function explain(problem: InviteProblem): string {
	return problem.reason === "localpart-invalid" ? nameRefusals[problem.fault] : refusals[problem.reason];
}

const refusals = {
	...displayNameFaults,
	"named-before": "This name is there twice.",
	"known-at-homeserver":
		"Synapse has this person, and Countersign does not. users create --adopt takes them over.",
	"homeserver-unavailable": "The homeserver does not answer. Try again.",
} as const;
