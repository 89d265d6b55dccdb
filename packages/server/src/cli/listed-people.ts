import type { Asked, ExitCode } from "./command.ts";
import { type ListedPerson, readPeopleFile } from "./people-file.ts";

/** How people are named to commands that take many. */
export const fromFile = { from: { type: "string" } } as const;

/** Somebody, and what a complaint about them begins with. */
export interface NamedPerson extends Omit<ListedPerson, "line"> {
	readonly where: string;
}

/** Those named on the command line or in the file of `--from`; or the exit code after it was said what is wrong. */
export function listedPeople(asked: Asked, command: string): readonly NamedPerson[] | ExitCode {
	const from = asked.option("from");
	if ((from === undefined) === (asked.operands.length === 0)) {
		asked.complain(`countersign ${command}: expected names, or --from FILE`);
		return 2;
	}
	if (from === undefined) return asked.operands.map((name) => ({ name, where: JSON.stringify(name) }));
	const file = readPeopleFile(from);
	if (file.ok) return file.people.map(({ line, ...person }) => ({ ...person, where: `line ${line}` }));
	asked.complain(`Nothing was done. ${from}:`, file.problems);
	return 1;
}
