import { makeUserId } from "@countersign/protocol";
import { type Command, json } from "./command.ts";
import { lackingWords } from "./lacking-factor.ts";
import { linkWords } from "./standing-factors.ts";
import { table, when } from "./table.ts";
import { stateOf } from "./users-list.ts";
import { withAccount } from "./with-data.ts";

export const usersShow: Command = {
	name: "users show",
	operands: ["NAME"],
	options: json,
	usage: "[--json]",
	about:
		"one person: how they can sign in, their addresses, and whether they lack a second factor that is demanded",
	run: (asked) =>
		withAccount(
			asked,
			asked.operands[0] ?? "",
			async ({ serverName, proofs, standingFactors, addresses, sessions }, account) => {
				const { id, localpart, admin, hasPassword, createdAt } = account;
				const { passkeys, codesSince, links } = await standingFactors(id);
				const { left } = await proofs.codes.stateOf(id);
				const { own } = await addresses.listOf(id);
				const lacking = await proofs.demands.lacking();
				const facts = {
					user: makeUserId(localpart, serverName),
					state: stateOf(account),
					admin,
					created: when(createdAt),
					password: hasPassword,
					passkeys: passkeys.map(when),
					codes: codesSince === undefined ? "" : `since ${when(codesSince)}`,
					recoveryCodes: left,
					links: links.map(linkWords),
					addresses: own.map(
						(one) => `${one.address}${one.verifiedAt === undefined ? " (not confirmed)" : ""}`,
					),
					apps: (await sessions.listOf(id)).length,
					...(lacking !== undefined && { secondFactor: lackingWords(lacking.get(id)) ?? "" }),
				};
				asked.out(asked.flag("json") ? `${JSON.stringify(facts, undefined, "\t")}\n` : lines(facts));
				return 0;
			},
		),
};

/** As people read it: a line for each, and of several a line each. */
function lines(facts: Readonly<Record<string, string | boolean | number | readonly string[]>>): string {
	const rows = Object.entries(facts).flatMap(([name, value]) =>
		(typeof value === "object" ? [value.length === 0 ? "none" : value].flat() : [said(value)]).map((one) => [
			labels[name] ?? name.toUpperCase(),
			one,
		]),
	);
	return table(["WHAT", "VALUE"], rows);
}

function said(value: string | boolean | number): string {
	if (typeof value === "boolean") return value ? "yes" : "no";
	return value === "" ? "none" : String(value);
}

const labels: Readonly<Record<string, string>> = {
	passkeys: "PASSKEY",
	codes: "ONE-TIME CODES",
	recoveryCodes: "RECOVERY CODES LEFT",
	links: "SIGNS IN BY",
	addresses: "ADDRESS",
	apps: "APPS SIGNED IN",
	secondFactor: "DEMANDED FACTOR",
};
