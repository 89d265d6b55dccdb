/** What nobody caught ends the process: its last words go through the log, not past it. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { runToEnd } from "../support/child-server.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-crash-"));
after(() => rm(folder, { recursive: true }));
const { NODE_OPTIONS } = process.env;
afterEach(() => {
	if (NODE_OPTIONS === undefined) delete process.env.NODE_OPTIONS;
	else process.env.NODE_OPTIONS = NODE_OPTIONS;
});

const error = `Object.assign(new Error('key (token) = "hunter2" is there'), { detail: "hunter2", cause: { sent: "hunter2" } })`;
const crashes = {
	"an exception": `setInterval(() => { if (globalThis.isReady) throw ${error}; }, 20);`,
	"a rejection": `setInterval(() => { if (globalThis.isReady) Promise.reject(${error}); }, 20);`,
	"a start that fails": `crypto.subtle.generateKey = async () => { throw ${error}; };`,
};
/** Knows that the server is ready by what it says. */
const watch = `const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...more) => { globalThis.isReady ||= String(text).includes("is ready"); return write(text, ...more); };`;

for (const [what, crash] of Object.entries(crashes)) {
	test(`${what} that nobody caught ends the server, with one line and without what it carries`, async () => {
		// Not readable: its address is in every stack.
		const script = `data:text/javascript;base64,${Buffer.from(watch + crash).toString("base64")}`;
		process.env.NODE_OPTIONS = `--import=${script}`;
		const { code, stdout, stderr } = await runToEnd({ DATA: join(folder, what), PORT: "0" });
		assert.equal(code, 1, stderr);
		assert.equal(stdout.includes("is ready"), what !== "a start that fails");
		assert.doesNotMatch(stderr, /hunter2/);
		const [line = "", ...more] = stderr.trim().split("\n");
		assert.deepEqual(more, []);
		const { level, err } = JSON.parse(line);
		assert.equal(level, "error");
		assert.match(err.stack, /is there\n +at /);
	});
}
