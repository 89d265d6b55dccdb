/**
 * `npm run demo`: a reset of a digital identity from beginning to end. Every line with a tick was checked; the first
 * promise that does not hold ends the story with exit code 1.
 */
import "./quiet.ts";
import { tell } from "./story.ts";
import { BrokenPromise, createTranscript } from "./transcript.ts";

/** A story that hangs is a broken one, too. */
const atMostMs = 60_000;

setTimeout(() => {
	process.stderr.write("\nThe demo did not come to its end within a minute.\n");
	process.exit(1);
}, atMostMs).unref();

process.exit(await run());

/** Returns the exit code. */
async function run(): Promise<number> {
	const transcript = createTranscript((text) => process.stdout.write(text));
	process.stdout.write(
		"Countersign: an approval is for one request. This person, this device, these keys, once.\n",
	);
	try {
		await tell(transcript);
	} catch (error) {
		process.stderr.write(explain(error));
		return 1;
	}
	const seconds = (performance.now() / 1000).toFixed(1);
	process.stdout.write(`\n${transcript.kept} promises kept in ${seconds} s.\n`);
	return 0;
}

function explain(error: unknown): string {
	if (error instanceof BrokenPromise) return `    ✗ broken: ${error.message}\n`;
	return `\nThe demo failed: ${error instanceof Error ? error.stack : String(error)}\n`;
}
