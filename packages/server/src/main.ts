import { run } from "./cli/index.ts";
import { createLog } from "./log/index.ts";

// Node itself would print all that the error carries: rows of PostgreSQL, what was parsed.
process.on("uncaughtException", (err) => {
	createLog().error({ err }, "ended by something that nobody caught");
	process.exit(1);
});

void run(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});
