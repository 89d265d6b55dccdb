import { parseLocalpart } from "@countersign/protocol";
import { readAddress, readName } from "../identifiers/index.ts";
import { type Asked, type Command, json } from "./command.ts";
import { plain, when } from "./table.ts";
import { nameRefusals } from "./users-create.ts";
import { elsewhere, withData } from "./with-data.ts";

const dayMs = 86_400_000;

export const tokensRegistrationCreate: Command = {
	name: "tokens registration create",
	operands: [],
	options: {
		...json,
		name: { type: "string" },
		uses: { type: "string" },
		days: { type: "string" },
		user: { type: "string" },
		email: { type: "string" },
	},
	usage: '[--name "WHAT FOR"] [--uses N] [--days N] [--user NAME] [--email ADDRESS] [--json]',
	about:
		"a token with which somebody registers where open_registration is token, once and within a week unless told otherwise, as NAME alone where one is given; shown once, with its link",
	async run(asked) {
		const [uses, days] = [countIn(asked, "uses", 1, 100_000), countIn(asked, "days", 7, 3650)];
		if (uses === undefined || days === undefined) return 2;
		const typed = asked.option("email");
		const email = typed === undefined ? undefined : readAddress(typed);
		if (typed !== undefined && email === undefined) {
			asked.complain(`"${plain(typed)}" is no e-mail address.`);
			return 2;
		}
		if (uses > 1 && (email !== undefined || asked.option("user") !== undefined)) {
			asked.complain("--user and --email are for one person: leave --uses away.");
			return 2;
		}
		return withData(asked, async ({ registrationTokens, takesTokens, serverName }) => {
			const localpart = readNewName(asked, serverName);
			if (localpart === false) return 1;
			const expiresAt = Date.now() + days * dayMs;
			const name = plain(asked.option("name") ?? "").trim();
			const made = await registrationTokens.create(
				{ name, uses, expiresAt, localpart, email },
				asked.operator,
			);
			const end = when(expiresAt);
			asked.out(
				asked.flag("json")
					? `${JSON.stringify({ ...made, uses, expires: end }, undefined, "\t")}\n`
					: `${made.token}\n${made.url}\nThis is the only time it is shown. It is good until ${end}. Revoke it: tokens registration revoke ${made.id}\n`,
			);
			if (!takesTokens)
				asked.complain("Registering does not take tokens here: set open_registration to token.");
			return 0;
		});
	},
};

/** Undefined, and said, where it is none. */
function countIn(asked: Asked, name: string, byDefault: number, most: number): number | undefined {
	const text = asked.option(name) ?? String(byDefault);
	const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
	if (count >= 1 && count <= most) return count;
	asked.complain(`--${name} is "${plain(text)}"; expected a number from 1 to ${most}.`);
	return undefined;
}

/** False, and said, where nobody new can have the name. */
function readNewName(asked: Asked, serverName: string): string | undefined | false {
	const typed = asked.option("user");
	if (typed === undefined) return undefined;
	const named = readName(typed, serverName);
	const parsed = named.ok ? parseLocalpart(named.localpart, serverName) : undefined;
	if (parsed?.ok) return parsed.value;
	asked.complain(parsed === undefined ? elsewhere(typed, serverName) : nameRefusals[parsed.fault]);
	return false;
}
