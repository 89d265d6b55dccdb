/** Programs that share one session by a file, as real processes, some of them killed, against the whole server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { tokenFile } from "@countersign/client/node";
import { startServer } from "../support/server.ts";

/** What a program does with the holder; prints what it has to say. */
function programOf(work: string): string {
	return `
		import { createTokenHolder, discoverAuthMetadata } from ${JSON.stringify(import.meta.resolve("@countersign/client"))};
		import { tokenFile } from ${JSON.stringify(import.meta.resolve("@countersign/client/node"))};
		const [, homeserver, clientId, path] = process.argv;
		const file = tokenFile(path);
		const stored = await file.load();
		const metadata = await discoverAuthMetadata(homeserver);
		const holderWith = (more) => createTokenHolder({ metadata, clientId, tokens: stored, ...file, ...more });
		const isGood = async (token) => {
			const headers = { authorization: "Bearer " + token };
			return (await fetch(homeserver + "_matrix/client/v3/account/whoami", { headers })).status === 200;
		};
		${work}`;
}

async function sharedSession(t: TestContext) {
	const server = await startServer();
	const folder = await mkdtemp(join(tmpdir(), "countersign-shared-"));
	t.after(async () => {
		await server.close();
		await rm(folder, { recursive: true });
	});
	await server.register("alice");
	const { accessToken, refreshToken, clientId } = await server.loginDevice({ localpart: "alice" });
	const path = join(folder, "tokens.json");
	const file = tokenFile(path);
	await file.save({ accessToken, refreshToken });
	const start = (work: string) => {
		const args = ["--input-type=module", "-e", programOf(work), server.url, clientId, path];
		return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
	};
	const run = async (work: string) => {
		const child = start(work);
		const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, "close")]);
		return { said, end: signal ?? code };
	};
	return { server, folder, file, start, run, accessToken, refreshToken };
}

describe("programs that share a session", () => {
	test("refresh it once, though all find the same token rejected at once", async (t) => {
		const { run, file, accessToken, refreshToken, server } = await sharedSession(t);
		// The token all of them were rejected with is given to them: one that starts late would read the next one.
		const tokens = JSON.stringify({ accessToken, refreshToken });
		const work = `
			const tokens = ${tokens};
			process.stdout.write(await holderWith({ tokens }).accessToken({ rejected: tokens.accessToken }));`;
		const ends = await Promise.all(Array.from({ length: 5 }, () => run(work)));
		ends.push(await run(work));
		const given = new Set(ends.map(({ said }) => said));
		assert.deepEqual([...given], [(await file.load())?.accessToken]);
		assert.ok(!given.has(accessToken));
		assert.equal((await server.rows("refresh_tokens")).length, 2);
	});

	test("stay signed in when one is killed after the server has answered it, before it has saved", async (t) => {
		const { run, file, refreshToken, folder } = await sharedSession(t);
		const killed = await run(`
			const save = async () => process.kill(process.pid, "SIGKILL");
			await holderWith({ save }).accessToken({ rejected: stored.accessToken });`);
		assert.equal(killed.end, "SIGKILL");
		assert.equal((await file.load())?.refreshToken, refreshToken);
		assert.ok(
			(await readdir(folder)).includes("tokens.json.lock"),
			"it was not killed while it held the lock",
		);
		const next = await run(
			"process.stdout.write(String(await isGood(await holderWith().accessToken({ rejected: stored.accessToken }))));",
		);
		assert.deepEqual(next, { said: "true", end: 0 });
	});

	test("stay signed in, and never take turns badly, while they are killed at any moment", async (t) => {
		const { start, run } = await sharedSession(t);
		const busy = `
			const holder = holderWith();
			for (let token = stored.accessToken; ; ) {
				token = await holder.accessToken({ rejected: token });
				process.stdout.write(".");
			}`;
		let refreshed = 0;
		for (let round = 0; round < 6; round++) {
			const programs = [start(busy), start(busy)];
			for (const { stdout } of programs) stdout.on("data", (said: Buffer) => (refreshed += said.length));
			const ends = programs.map((program) => once(program, "close"));
			await Promise.all(programs.map(({ stdout }, nth) => Promise.race([once(stdout, "data"), ends[nth]])));
			await new Promise((resolve) => setTimeout(resolve, 7 * round));
			for (const program of programs) program.kill("SIGKILL");
			const signals = (await Promise.all(ends)).map(([, signal]) => signal);
			assert.deepEqual(signals, ["SIGKILL", "SIGKILL"], "a program ended by itself");
		}
		t.diagnostic(`${refreshed} refreshes`);
		const last = await run(
			"process.stdout.write(String(await isGood(await holderWith().accessToken({ rejected: stored.accessToken }))));",
		);
		assert.deepEqual(last, { said: "true", end: 0 });
	});
});
