/**
 * A command of the operator's in a process of its own, which kills itself right before or after one of its deeds: a
 * commit, or a file that is copied or gets its name. Says at its end how many such moments there were.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";

const [killAt = "", ...words] = process.argv.slice(2);
let moments = 0;

function moment(): void {
	moments += 1;
	if (moments === Number(killAt)) process.kill(process.pid, "SIGKILL");
}

/** The same, with a moment before it and one after it. */
function between<Args extends unknown[], Result>(deed: (...args: Args) => Result) {
	return function (this: unknown, ...args: Args): Result {
		moment();
		const result = deed.apply(this, args);
		moment();
		return result;
	};
}

const { exec } = DatabaseSync.prototype;
const commit = between(exec);
DatabaseSync.prototype.exec = function (sql) {
	return (sql === "COMMIT" ? commit : exec).call(this, sql);
};
const { query } = Client.prototype;
Object.assign(Client.prototype, {
	async query(...asked: Parameters<typeof query>) {
		const isCommit = String(asked[0]) === "COMMIT";
		if (isCommit) moment();
		const answer = await query.apply(this, asked);
		if (isCommit) moment();
		return answer;
	},
});
fs.copyFileSync = between(fs.copyFileSync);
fs.linkSync = between(fs.linkSync);
syncBuiltinESMExports();

// Loaded now: whoever imports these by name has them as they are at that time.
const { run } = await import("../../src/cli/index.ts");
process.exitCode = await run(words, {
	environment: {},
	out() {},
	complain(headline, details = []) {
		process.stderr.write(`${[headline, ...details].join("\n")}\n`);
	},
	readSecret() {
		throw new Error("no secret was to be asked for");
	},
});
process.stdout.write(String(moments));
