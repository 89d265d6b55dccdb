/**
 * CLI: what an operator types.
 *
 * Owns the commands, what they print and their exit codes: 0 done, 1 failed, 2 asked for wrongly. Leaves everything
 * else to the composition root.
 */
import { serve } from "./serve.ts";

const usage = `Usage: npm start

Runs Countersign: sign-in, account pages, approvals and the embedded identity homeserver.

Settings (environment):
  COUNTERSIGN_HOST               address to listen on            127.0.0.1
  COUNTERSIGN_PORT               port                            8008
  COUNTERSIGN_DATA               folder for the data             ./data
  COUNTERSIGN_PUBLIC_BASE        address people and apps use     http://localhost:<port>/
  COUNTERSIGN_SERVER_NAME        name of the homeserver          localhost, fixed at the first start
  COUNTERSIGN_OPEN_REGISTRATION  yes or no                       yes while bound to loopback
`;

/** Runs one command line and returns its exit code. */
export async function run(words: readonly string[]): Promise<number> {
	const [command = "serve", ...rest] = words;
	if (command === "serve" && rest.length === 0) {
		return serve();
	}
	const asked = words.some((word) => ["help", "--help", "-h"].includes(word));
	(asked ? process.stdout : process.stderr).write(
		asked ? usage : `countersign: unknown command "${words.join(" ")}"\n\n${usage}`,
	);
	return asked ? 0 : 2;
}
