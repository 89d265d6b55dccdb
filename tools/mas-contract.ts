/**
 * `npm run mas-contract -- FILE`: the admin API of this checkout against the OpenAPI document of MAS, which is a file or a
 * URL (in its repository: `docs/api/spec.json`). Prints every difference that docs/mas-contract.md does not accept, and
 * every one that it accepts and that is none; the exit code is 1 when there is any.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startServer } from "../packages/server/test/support/server.ts";
import { acceptedIn, judge } from "./mas-contract/accepted.ts";
import { differences } from "./mas-contract/compare.ts";
import { type Document, operationsOf } from "./mas-contract/contract.ts";

const base = "/api/admin/v1";
const list = "docs/mas-contract.md";

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(from: string): Promise<void> {
	const theirs = operationsOf(JSON.parse(await textAt(from)) as Document, base);
	const ours = operationsOf(await ownDocument(), base);
	const found = differences(theirs, ours);
	const accepted = acceptedIn(await readFile(join(import.meta.dirname, "..", list), "utf8"));
	const { unlisted, stale } = judge(found, accepted);
	for (const line of unlisted) say(`not accepted: ${line}`);
	for (const line of stale) say(`no difference any more: ${line}`);
	say(
		`${theirs.size} operations there, ${ours.size} here; ${found.length} differences, ${unlisted.length} of them not in ${list}`,
	);
	process.exitCode = unlisted.length + stale.length === 0 && theirs.size > 0 ? 0 : 1;
}

async function textAt(from: string): Promise<string> {
	if (!URL.canParse(from)) return readFile(from, "utf8");
	const response = await fetch(from);
	if (!response.ok) throw new Error(`${from} answers ${response.status}`);
	return response.text();
}

async function ownDocument(): Promise<Document> {
	const server = await startServer();
	try {
		const response = await fetch(new URL("/api/spec.json", server.url));
		return (await response.json()) as Document;
	} finally {
		await server.close();
	}
}

const [from] = process.argv.slice(2);
if (from === undefined) {
	say("Which document? npm run mas-contract -- FILE or URL");
	process.exitCode = 2;
} else await main(from);
