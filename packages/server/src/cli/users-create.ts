import { passwordBytes } from "../people/index.ts";
import type { Command } from "./command.ts";
import { withData } from "./with-data.ts";

export const usersCreate: Command = {
	name: "users create",
	operands: ["NAME"],
	options: {},
	usage: "",
	about: "make an account, also where registration is closed; asks for the password",
	async run(asked) {
		const [localpart = ""] = asked.operands;
		const password = await asked.readSecret(`Password for ${localpart}: `);
		return withData(asked, async ({ operatorPeople, serverName }) => {
			const made = await operatorPeople.create({ localpart, password });
			if (made.ok) {
				asked.out(`@${made.account.localpart}:${serverName} can sign in now.\n`);
				return 0;
			}
			asked.complain(made.reason === "localpart-invalid" ? made.explanation : refusals[made.reason]);
			return 1;
		});
	},
};

export const passwordRefusals = {
	"password-too-short": `The password is too short: ${passwordBytes.min} characters or more are needed.`,
	"password-too-long": `The password is too long: at most ${passwordBytes.max} characters are taken.`,
} as const;

const refusals = {
	...passwordRefusals,
	"localpart-taken": "This name is taken, or was: names of closed accounts are not given to anybody else.",
} as const;
