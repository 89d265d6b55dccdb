import assert from "node:assert/strict";
import { run } from "../../src/cli/index.ts";
import { password, type RunningServer } from "./server.ts";

/** What the operator types beside the server. */
export async function operatorCommand(
	{ dataDirectory, database }: Pick<RunningServer, "dataDirectory" | "database">,
	...words: readonly string[]
): Promise<void> {
	const code = await run(words, {
		environment: {
			COUNTERSIGN_DATA: dataDirectory,
			...(database !== undefined && { COUNTERSIGN_DATABASE: database }),
		},
		out() {},
		complain: (headline) => assert.fail(headline),
		readSecret: async () => password,
	});
	assert.equal(code, 0, words.join(" "));
}
