/**
 * CLI: what an operator types.
 *
 * Owns the commands, one file each, what they print and their exit codes: 0 done, 1 it could not be done, 2 it was
 * asked for wrongly. Passwords are read from standard input, never from arguments. Leaves the deeds to the
 * composition root and to `operate`, which opens the data beside a running server.
 */
import { askSecret, NoSecret } from "./ask-secret.ts";
import { backup } from "./backup.ts";
import type { Command, Outside } from "./command.ts";
import { configCheck } from "./config-check.ts";
import { configGenerate } from "./config-generate.ts";
import { configSchema } from "./config-schema.ts";
import { copy } from "./copy.ts";
import { doctor } from "./doctor.ts";
import { helpOn, unknownCommand, usageOf } from "./help.ts";
import { moveBackOf } from "./move-back.ts";
import { moveFromMas } from "./move-from-mas.ts";
import { moveFromMasSettings } from "./move-from-mas-settings.ts";
import { moveFromSynapse } from "./move-from-synapse.ts";
import { moveSettle } from "./move-settle.ts";
import { moveStatusOf } from "./move-status.ts";
import { programsAllow } from "./programs-allow.ts";
import { programsCreate } from "./programs-create.ts";
import { programsList } from "./programs-list.ts";
import { programsRevoke } from "./programs-revoke.ts";
import { proxy } from "./proxy.ts";
import { readWords } from "./read-words.ts";
import { serve } from "./serve.ts";
import { sessionsEnd } from "./sessions-end.ts";
import { sessionsList } from "./sessions-list.ts";
import { tokensIssue } from "./tokens-issue.ts";
import { tokensList } from "./tokens-list.ts";
import { tokensRegistrationCreate } from "./tokens-registration-create.ts";
import { tokensRegistrationList } from "./tokens-registration-list.ts";
import { tokensRegistrationRevoke } from "./tokens-registration-revoke.ts";
import { tokensReplace } from "./tokens-replace.ts";
import { usersCreate } from "./users-create.ts";
import { usersDeactivate } from "./users-deactivate.ts";
import { usersDemote } from "./users-demote.ts";
import { usersInvite } from "./users-invite.ts";
import { usersLink } from "./users-link.ts";
import { usersList } from "./users-list.ts";
import { usersLock } from "./users-lock.ts";
import { usersPromote } from "./users-promote.ts";
import { usersReactivate } from "./users-reactivate.ts";
import { usersResetLink } from "./users-reset-link.ts";
import { usersResetProof } from "./users-reset-proof.ts";
import { usersSetPassword } from "./users-set-password.ts";
import { usersShow } from "./users-show.ts";
import { usersUnlock } from "./users-unlock.ts";
import { version } from "./version.ts";

const commands: readonly Command[] = [
	serve,
	...[configGenerate, configCheck, configSchema, proxy],
	...[
		usersCreate,
		usersInvite,
		usersLink,
		usersList,
		usersShow,
		usersResetLink,
		usersSetPassword,
		usersLock,
		usersUnlock,
	],
	usersResetProof,
	...[usersDeactivate, usersReactivate, usersPromote, usersDemote],
	...[sessionsList, sessionsEnd, tokensIssue, tokensList, tokensReplace],
	...[programsCreate, programsList, programsAllow, programsRevoke],
	...[tokensRegistrationCreate, tokensRegistrationList, tokensRegistrationRevoke],
	...[...moveFromSynapse, ...moveFromMas, moveFromMasSettings, moveStatusOf, moveBackOf, moveSettle],
	backup,
	copy,
	doctor,
];

const thisProcess: Outside = {
	environment: process.env,
	out: (text) => void process.stdout.write(text),
	complain: (headline, details = []) =>
		void process.stderr.write(`${[headline, ...details.map((line) => `  ${line}`)].join("\n")}\n`),
	readSecret: askSecret,
};

/** Runs one command line and returns its exit code. */
export async function run(words: readonly string[], outside: Outside = thisProcess): Promise<number> {
	if (words[0] === "help" || words.includes("--help") || words.includes("-h")) {
		outside.out(helpOn(commands, words));
		return 0;
	}
	if (words[0] === "--version") {
		outside.out(`countersign ${version}\n`);
		return 0;
	}
	const given = words.length === 0 || words[0]?.startsWith("-") ? ["serve", ...words] : words;
	const command = commands.find(({ name }) => name.split(" ").every((word, at) => given[at] === word));
	if (command === undefined) {
		outside.complain(unknownCommand(commands, words));
		return 2;
	}
	const asked = readWords(command, given.slice(command.name.split(" ").length), outside);
	if (!asked.ok) {
		outside.complain(`countersign ${command.name}: ${asked.problem}`, [`Usage: ${usageOf(command)}`]);
		return 2;
	}
	try {
		return await command.run(asked.asked);
	} catch (error) {
		if (!(error instanceof NoSecret)) throw error;
		outside.complain("No password was entered. Nothing was changed.");
		return 2;
	}
}
