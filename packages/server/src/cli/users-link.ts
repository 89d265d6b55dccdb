import { makeUserId } from "@countersign/protocol";
import { readName } from "../identifiers/index.ts";
import type { Asked, Command, ExitCode } from "./command.ts";
import { type ListedLink, readLinksFile } from "./links-file.ts";
import { fromFile } from "./listed-people.ts";
import { table } from "./table.ts";
import { elsewhere, withData } from "./with-data.ts";

export const usersLink: Command = {
	name: "users link",
	operands: [],
	options: { ...fromFile, preview: { type: "boolean" } },
	usage: "--from FILE [--preview]",
	about:
		"let people sign in by another service, as who they are there; FILE is CSV: name, id of the service, subject, what the link is called; with --preview say what would be done, and do nothing",
	run(asked) {
		const from = asked.option("from");
		if (from === undefined) {
			asked.complain("countersign users link: expected --from FILE");
			return Promise.resolve(2);
		}
		const file = readLinksFile(from);
		if (!file.ok) {
			asked.complain(`Nothing was done. ${from}:`, file.problems);
			return Promise.resolve(1);
		}
		return withData(asked, async (parts): Promise<ExitCode> => {
			const looked: Looked[] = [];
			for (const link of file.links) looked.push(await look(parts, link));
			if (asked.flag("preview")) return preview(asked, looked);
			const problems = looked.flatMap(({ problem }) => problem ?? []);
			if (problems.length > 0) {
				asked.complain("Nothing was done:", problems);
				return 1;
			}
			return carryOut(asked, parts, looked);
		});
	},
};

type Parts = Parameters<Parameters<typeof withData>[1]>[0];

interface Looked {
	readonly link: ListedLink;
	readonly user: string;
	readonly account: Awaited<ReturnType<Parts["people"]["byName"]>>;
	/** Why nobody is linked by any line. */
	readonly problem?: string;
	readonly isTheirs: boolean;
}

async function look(parts: Parts, link: ListedLink): Promise<Looked> {
	const { line, name, provider, subject } = link;
	const named = readName(name, parts.serverName);
	const account = named.ok ? await parts.people.byName(named.written) : undefined;
	const user = account === undefined ? name : makeUserId(account.localpart, parts.serverName);
	const problem = (text: string) => ({
		link,
		user,
		account,
		isTheirs: false,
		problem: `line ${line}: ${text}`,
	});
	if (!named.ok) return problem(elsewhere(name, parts.serverName));
	if (account === undefined) return problem(`there is no user ${JSON.stringify(name)}`);
	if (account.deactivatedAt !== undefined) return problem(`the account of ${user} is deactivated`);
	if (!parts.services.includes(provider))
		return problem(`no service is set up as ${JSON.stringify(provider)}`);
	const kept = parts.identities.subjectOf(provider, subject);
	if (kept === undefined)
		return problem(
			`nobody can be ${JSON.stringify(subject)} at ${provider}: an objectGUID is 32 hexadecimal digits`,
		);
	const owner = await parts.ownerOf(provider, kept);
	if (owner !== undefined && owner !== account.id)
		return problem(`${JSON.stringify(subject)} at ${provider} is somebody else's account`);
	return { link, user, account, isTheirs: owner !== undefined };
}

function preview(asked: Asked, looked: readonly Looked[]): ExitCode {
	const rows = looked.map(({ link: { line, provider, subject, label = "" }, user, problem, isTheirs }) => [
		...[String(line), user, provider, subject, label],
		problem === undefined ? (isTheirs ? "is linked already" : "would be linked") : "cannot be linked",
	]);
	asked.out(table(["LINE", "USER", "SERVICE", "SUBJECT", "CALLED", "WHAT"], rows));
	const problems = looked.flatMap(({ problem }) => problem ?? []);
	if (problems.length === 0) return 0;
	asked.complain("Nobody would be linked, because of:", problems);
	return 1;
}

async function carryOut(asked: Asked, { identities }: Parts, looked: readonly Looked[]): Promise<ExitCode> {
	let added = 0;
	for (const { link, account } of looked) {
		if (account === undefined) throw new Error("somebody was let through who has no account");
		const { line, provider, subject, label: name } = link;
		const done = await identities.add({ accountId: account.id, provider, subject, name }, asked.operator);
		if (done === "added") added += 1;
		else if (done !== "is-theirs") {
			// Between looking and doing: what was done stays, and the same file does the rest.
			asked.complain(`${added} were linked, and then line ${line} could not be any more. Try again.`);
			return 1;
		}
	}
	const already = looked.length - added;
	asked.out(`${added} linked${already === 0 ? "" : `, ${already} were already`}.\n`);
	return 0;
}
