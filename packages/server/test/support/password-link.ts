import assert from "node:assert/strict";
import { run } from "../../src/cli/index.ts";
import type { RunningServer } from "./server.ts";

type Beside = Pick<RunningServer, "url" | "dataDirectory" | "database">;

/** Types a command beside the running server. */
export async function typeBeside(
	server: Beside,
	words: readonly string[],
	more: Readonly<Record<string, string>> = {},
) {
	const { dataDirectory, database, url } = server;
	const said = { out: "", err: "" };
	const code = await run(words, {
		environment: {
			COUNTERSIGN_DATA: dataDirectory,
			COUNTERSIGN_PUBLIC_BASE: url,
			...(database !== undefined && { COUNTERSIGN_DATABASE: database }),
			...more,
		},
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: () => assert.fail("nothing is asked"),
	});
	return { code, ...said };
}

/** The path of a link with which this person sets a password, as the operator has one made. */
export async function passwordLink(server: Beside, localpart: string): Promise<string> {
	const { code, out, err } = await typeBeside(server, ["users", "reset-link", localpart, "--json"]);
	assert.equal(code, 0, err);
	const [made] = JSON.parse(out);
	return new URL(made.link).pathname;
}
