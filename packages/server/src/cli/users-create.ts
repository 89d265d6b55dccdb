import { makeUserId, parseLocalpart, parseUserId } from "@countersign/protocol";
import { readName } from "../identifiers/index.ts";
import type { NameFault } from "../people/index.ts";
import { type NewPasswordRefusal, passwordLimits } from "../proofs/index.ts";
import type { Command } from "./command.ts";
import { elsewhere, withData } from "./with-data.ts";

export const usersCreate: Command = {
	name: "users create",
	operands: ["NAME"],
	options: { adopt: { type: "boolean" }, reopen: { type: "boolean" } },
	usage: "[--adopt [--reopen]]",
	about:
		"make an account, also where registration is closed; asks for the password; --adopt for people Synapse has already, whose devices of before are removed, with --reopen also for those it has closed",
	async run(asked) {
		const [adopts, reopen] = [asked.flag("adopt"), asked.flag("reopen")];
		if (reopen && !adopts) {
			asked.complain(
				"countersign users create: --reopen goes with --adopt; people of Countersign's own are opened again by users reactivate",
			);
			return 2;
		}
		return withData(asked, async ({ operatorPeople, people, serverName }) => {
			const typed = asked.operands[0] ?? "";
			const name = adopts ? readKnownName(typed, serverName) : readNewName(typed, serverName);
			// Asked only for a name that can be had: nobody thinks of a password for one that is refused.
			const found = name.ok ? await people.byName(name.localpart) : undefined;
			const isTaken = found !== undefined && (!adopts || (name.ok && found.localpart === name.localpart));
			if (!name.ok || isTaken) {
				asked.complain(name.ok ? refusals["localpart-taken"] : name.problem);
				return 1;
			}
			const userId = makeUserId(name.localpart, serverName);
			const password = await asked.readSecret(`Password for ${userId}: `);
			const person = { localpart: name.localpart, password };
			const made = await (adopts
				? operatorPeople.adopt({ ...person, reopen }, asked.operator)
				: operatorPeople.create(person, asked.operator));
			if (made.ok) {
				const devices = adopts ? " The devices they had are removed: they could do nothing any more." : "";
				asked.out(`${userId} can sign in now.${devices}\n`);
				return 0;
			}
			asked.complain(made.reason === "localpart-invalid" ? nameRefusals[made.fault] : refusals[made.reason]);
			return 1;
		});
	},
};

function readNewName(text: string, serverName: string) {
	const named = readName(text, serverName);
	if (!named.ok) return { ok: false, problem: elsewhere(text, serverName) } as const;
	const parsed = parseLocalpart(named.localpart, serverName);
	return parsed.ok ? named : ({ ok: false, problem: nameRefusals[parsed.fault] } as const);
}

/** As it is written: Synapse may have people with upper case in their names. */
function readKnownName(text: string, serverName: string) {
	const named = readName(text, serverName);
	if (!named.ok) return { ok: false, problem: elsewhere(text, serverName) } as const;
	const { written } = named;
	if (written !== "" && parseUserId(makeUserId(written, serverName)).ok)
		return { ok: true, localpart: written } as const;
	return readNewName(text, serverName);
}

export const passwordRefusals = {
	"password-too-short": `The password is too short: ${passwordLimits.minCharacters} characters or more are needed.`,
	"password-too-long": `The password is too long: at most ${passwordLimits.maxBytes} characters are taken.`,
	"password-common": "This password is one of those that are tried first, or close to one. Choose another.",
	"password-personal":
		"This password is little more than the person's name or address or the name of the server. Choose another.",
} as const satisfies Record<NewPasswordRefusal, string>;

export const nameRefusals = {
	empty: "A user name is needed.",
	characters: "User names may contain only a-z, 0-9 and . _ = - / +",
	underscore: "User names may not begin with an underscore.",
	digits: "User names may not consist of digits only.",
	"too-long": "This user name is too long.",
	"refused-there": "The homeserver does not take this name.",
	"kept-there": "The homeserver keeps this name for one of its services.",
} as const satisfies Record<NameFault, string>;

const refusals = {
	...passwordRefusals,
	"localpart-taken":
		"This name is taken, or was: names of closed accounts are not given to anybody else. If Synapse has this person and Countersign does not (users list), say --adopt.",
	"unknown-at-homeserver":
		"The homeserver knows nobody of exactly this name: upper case counts. Leave --adopt away to make a new account.",
	"closed-at-homeserver":
		"The homeserver has closed the account of this name. Say --adopt --reopen to open it again, for whoever gets this password.",
	"homeserver-unavailable": "The homeserver does not answer. Nothing was done; try again.",
} as const;
