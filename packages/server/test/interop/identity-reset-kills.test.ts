import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { npmPackage } from "../../../../tools/requirements.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, startServer } from "../support/server.ts";
import { cryptoWasm } from "../support/wasm-app.ts";
import { type ProgramTask, runResetProgram, type Said } from "./reset-program.ts";

const skip = cryptoWasm.skip || npmPackage("fake-indexeddb").skip;

type Done = Extract<Said, { readonly done: string }>;

interface Person {
	readonly present: (url: string) => Promise<void>;
	readonly keep: (recoveryKey: string) => void;
	readonly check: (done: Done) => Promise<void>;
}

/** Runs the program until it is killed, or ends. */
async function run(task: ProgramTask, { present, keep, check }: Person): Promise<"killed" | "ended"> {
	const program = new URL("reset-program.ts", import.meta.url).href;
	const script = `const { ${runResetProgram.name} } = await import(${JSON.stringify(program)});
		await ${runResetProgram.name}(JSON.parse(process.argv[1]));`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(task)], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const ended = once(child, "close");
	child.stdin.on("error", () => {});
	try {
		for await (const line of createInterface(child.stdout)) {
			const said: Said = JSON.parse(line);
			if ("recoveryKey" in said) keep(said.recoveryKey);
			else {
				await ("present" in said ? present(said.present) : check(said));
				child.stdin.write("on\n");
			}
		}
	} catch (error) {
		child.kill("SIGKILL");
		throw error;
	}
	const [code, signal] = await ended;
	assert.ok(code === 0 || signal === "SIGKILL");
	return code === 0 ? "ended" : "killed";
}

test("killed after any of its deeds, a reset goes on with the same keys and the same approval", {
	skip,
	timeout: 600_000,
}, async (t) => {
	await using server = await startServer();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser });
	const folder = await mkdtemp(join(tmpdir(), "countersign-reset-"));
	t.after(() => rm(folder, { recursive: true }));
	/** Of the reset that is under way. */
	const seen = { pages: new Set<string>(), keys: new Set<string>(), masters: new Set<string>() };
	const kept = async () =>
		JSON.parse(await readFile(join(folder, "reset"), "utf8")).identity.master.publicKey;
	const person: Person = {
		async present(url) {
			seen.masters.add(await kept());
			if (!seen.pages.has(url)) await approve(browser, url, "alice");
			seen.pages.add(url);
		},
		keep: (recoveryKey) => seen.keys.add(recoveryKey),
		async check({ done, held, backup }) {
			const published = await readIdentity(server.url, device);
			assert.deepEqual([published.masterKey, held], [done, done]);
			assert.deepEqual(published.signedDevices, [device.deviceId]);
			assert.equal(backup, (await server.call(device, "GET", "room_keys/version")).body.version);
			assert.equal(seen.keys.size, 1, "one recovery key");
			assert.ok(seen.pages.size <= 1, "one approval, or none for the first identity");
			for (const master of seen.masters) assert.equal(master, done, "the same keys");
			for (const set of Object.values(seen)) set.clear();
		},
	};
	let killed = 0;
	while ((await run({ url: server.url, device, folder, killAt: killed + 1 }, person)) === "killed") {
		killed++;
		// Killed at the very last deed, it is over, and nobody is left to say so.
		if (!existsSync(join(folder, "reset"))) for (const set of Object.values(seen)) set.clear();
	}
	t.diagnostic(`killed ${killed} times`);
	assert.ok(killed >= 15, `it was killed ${killed} times`);
});
