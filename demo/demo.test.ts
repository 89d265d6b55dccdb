import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { jsSdk } from "../packages/server/test/support/js-sdk-library.ts";
import { BrokenPromise, createTranscript } from "./transcript.ts";

const root = join(import.meta.dirname, "..");

/** Says at its end what the process took of the machine, in microseconds. */
const account = `data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>{
const{user,system}=process.cpuUsage();writeSync(3,String(user+system))})`;

/** As `npm run demo` starts it. */
async function runDemo(temporary: string) {
	const args = ["--import", account, "--import", "./bin/require-node.js", "demo/main.ts"];
	const env = { ...process.env, TMPDIR: temporary };
	const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe", "pipe"] });
	const [, ...pipes] = child.stdio as [null, Readable, Readable, Readable, undefined];
	const texts = pipes.map(async (pipe) => (await pipe?.setEncoding("utf8").toArray())?.join("") ?? "");
	const code = await new Promise((resolve) => child.on("close", resolve));
	const [transcript = "", complaints = "", worked = ""] = await Promise.all(texts);
	return { code, transcript, complaints, workedMs: Number(worked) / 1000 };
}

const promises = [
	"Alice's phone is signed in with her consent",
	"a first identity needs no approval",
	"the phone holds none of the private keys",
	"the homeserver answers 401 and names a page where Alice can approve",
	"the page asks whoever opens it to sign in first",
	"refused (401): another device of hers",
	"refused (401): the very device that asks, with other keys",
	"refused (401): another device, with the session id of her request",
	"refused (401): a session id that Mallory approved for himself",
	"approved: “Approved. Waiting for the app”",
	"Alice's page now says: “Your digital identity is replaced”",
	"refused (401): its session id once more, from the phone, with other keys",
	"Alice's new identity stands",
	"keys/query: the phone is signed by the new self-signing key",
	"a new tablet opens the new secret storage with the new recovery key",
];

/** Tokens, and recovery keys as people see them. */
const secrets = /\bma[tr]_[0-9A-Za-z]{20}|(?:[0-9A-Za-z]{4} ){11}[0-9A-Za-z]{4}/;

test("the demo keeps every promise with 20 seconds of work, without noise, and leaves nothing behind", {
	skip: jsSdk.skip,
}, async () => {
	const temporary = mkdtempSync(join(tmpdir(), "countersign-demo-test-"));
	try {
		const { code, transcript, complaints, workedMs } = await runDemo(temporary);
		assert.equal(complaints, "");
		assert.equal(code, 0);
		// A busy machine makes everything take long; that the story ends at all is its own minute's business.
		assert.ok(workedMs > 0 && workedMs < 20_000, `${workedMs} ms`);
		const lines = transcript.split("\n");
		for (const promise of promises) {
			assert.ok(
				lines.some((line) => line.startsWith(`    ✓ ${promise}`)),
				promise,
			);
		}
		assert.deepEqual(
			lines.filter((line) => line.length > 100),
			[],
		);
		assert.doesNotMatch(transcript, secrets);
		assert.deepEqual(readdirSync(temporary), []);
	} finally {
		rmSync(temporary, { recursive: true });
	}
});

test("a promise that does not hold ends the story, and is not written down", () => {
	const written: string[] = [];
	const transcript = createTranscript((text) => written.push(text));
	transcript.promise("holds", true);
	assert.throws(() => transcript.promise("does not", false), BrokenPromise);
	assert.deepEqual(written, ["    ✓ holds\n"]);
	assert.equal(transcript.kept, 1);
});
