import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Passing, startBetween } from "../../server/test/support/between.ts";
import { approve } from "../../server/test/support/server.ts";
import { openWorld, setUp, signIn, statusOf } from "./support/world.ts";

describe("when something is wrong", () => {
	test("a session that is over is told with the way out, and that way works", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { device } = await setUp(server, machine);
		await server.call(device, "POST", "logout", {});
		for (const words of [["status"], ["reset", "--no-recovery-key"]]) {
			const { exit, complaint } = await machine.run(words);
			assert.deepEqual([exit, /xsign logout && xsign login/.test(complaint)], [1, true], complaint);
		}
		assert.equal((await machine.run(["logout"])).exit, 0);
		assert.deepEqual(readdirSync(machine.folder), []);
		await signIn(server, machine);
	});

	test("a damaged file is named and left alone", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		await signIn(server, machine);
		for (const name of ["crypto", "session.json"]) {
			const file = join(machine.folder, name);
			const before = readFileSync(file);
			writeFileSync(file, "damaged");
			for (const words of [["status"], ["setup", "--no-recovery-key"]]) {
				const { exit, complaint } = await machine.run(words);
				assert.deepEqual([exit, complaint.includes(file)], [1, true], complaint);
			}
			assert.equal(readFileSync(file, "utf8"), "damaged");
			writeFileSync(file, before);
		}
		assert.equal((await statusOf(machine)).advice, "set-up");
	});

	test("the lock of a program that was killed is in nobody's way, and a lock that is held is", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		await signIn(server, machine);
		writeFileSync(join(machine.folder, "lock"), `${process.pid}\n`);
		const busy = await machine.run(["setup", "--no-recovery-key", "--json"]);
		assert.deepEqual([busy.exit, busy.lines()[0].code], [1, "state-busy"]);
		writeFileSync(join(machine.folder, "lock"), "4194305\n");
		assert.equal((await machine.run(["setup", "--no-recovery-key"])).exit, 0);
	});

	test("of several that are started at once one works, and none makes keys that another has not", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { fingerprint } = await setUp(server, machine);
		const words = ["reset", "--json", "--no-wait", "--no-recovery-key", "--replace", fingerprint];
		const ended = await Promise.all(Array.from({ length: 5 }, () => machine.run(words)));
		const codes = ended.map((run) => [run.exit, run.lines().at(-1).code].join(" "));
		for (const code of codes) assert.match(code, /^(?:75 approval-pending|1 state-busy)$/);
		assert.ok(codes.includes("75 approval-pending"));
		const asked = ended.flatMap((run) => run.lines().filter(({ event }) => event === "approve"));
		assert.equal(new Set(asked.map((line) => line.fingerprint)).size, 1);
		assert.equal((await statusOf(machine)).underWay, asked[0]?.fingerprint);
	});

	test("a folder that cannot be made is told in the system's words", async () => {
		await using world = await openWorld();
		const { machine, server } = world;
		writeFileSync(machine.path("taken"), "");
		const words = ["login", "--token", server.url, "--state", join(machine.path("taken"), "state")];
		const { exit, complaint } = await machine.run(words, "token\n");
		assert.deepEqual([exit, /The system says: ENOTDIR/.test(complaint)], [1, true], complaint);
	});

	test("a server that is away for a while, and asks to wait, does not end the wait for an approval", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		await using between = await startBetween(() => server.url);
		const { fingerprint } = await setUp(server, machine, between.url);
		const reset = machine.start([
			"reset",
			"--json",
			"--show-url",
			"--replace",
			fingerprint,
			"--no-recovery-key",
		]);
		const [, url = ""] = await reset.says(/"url":"([^"]+)"/);
		const isUpload = ({ path }: Passing) => path.endsWith("device_signing/upload");
		const troubles = [
			"cut-before" as const,
			{ status: 502, body: "<html>Bad gateway</html>" },
			{ status: 429, body: JSON.stringify({ errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 100 }) },
		];
		between.decide((passing) => (isUpload(passing) ? (troubles.shift() ?? "pass") : "pass"));
		await approve(server.browser(), url, "alice");
		const { exit, out } = await reset.ended;
		assert.equal(exit, 0, out);
		assert.equal(troubles.length, 0);
	});

	test("no access token, recovery key or address is in what programs read", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { device, fingerprint } = await setUp(server, machine);
		const key = readFileSync(machine.path("key"), "utf8").trim();
		const said = [
			await machine.run(["status", "--json"]),
			await machine.run(["reset", "--json", "--no-wait", "--replace", fingerprint, "--no-recovery-key"]),
			await machine.run(["resume", "--json", "--no-wait"]),
			await machine.run(["abandon", "--json"]),
			await machine.run(["logout", "--json", "--force"]),
		].map(({ out, complaint }) => out + complaint);
		for (const secret of [device.accessToken, key, "/account/reset/"])
			for (const text of said) assert.ok(!text.includes(secret), text);
	});
});
