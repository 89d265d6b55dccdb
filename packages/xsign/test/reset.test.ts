import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readIdentity } from "../../server/test/support/published-identity.ts";
import { approve } from "../../server/test/support/server.ts";
import { openWorld, setUp, setUpIdentity, signIn, signInByCode, statusOf } from "./support/world.ts";

describe("an identity", () => {
	test("is set up without a question, and replaced after one", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { device, fingerprint } = await setUp(server, machine);
		assert.equal(statSync(machine.path("key")).mode & 0o777, 0o600);
		const again = await machine.run(["setup", "--json"]);
		assert.deepEqual([again.exit, again.lines()[0].what], [0, "nothing-to-do"]);

		const key = ["--save-recovery-key", machine.path("key2")];
		const refused = await machine.run(["reset", ...key]);
		assert.equal(refused.exit, 2);
		assert.match(
			refused.complaint,
			new RegExp(`xsign reset --replace '${fingerprint.replaceAll("+", "\\+")}'`),
		);
		const other = await machine.run(["reset", "--replace", "aaaa bbbb", ...key]);
		assert.equal(other.exit, 2);
		assert.match(other.complaint, /Another identity is published/);
		const exists = await machine.run([
			"reset",
			"--replace",
			fingerprint,
			"--save-recovery-key",
			machine.path("key"),
		]);
		assert.deepEqual([exists.exit, /is not overwritten/.test(exists.complaint)], [2, true]);
		const nowhere = await machine.run(["reset", "--replace", fingerprint]);
		assert.deepEqual([nowhere.exit, /--save-recovery-key FILE/.test(nowhere.complaint)], [2, true]);
		assert.equal((await statusOf(machine)).underWay, undefined, "nothing was begun");

		const reset = machine.start(["reset", "--replace", fingerprint.replaceAll(" ", ""), ...key]);
		const [page = ""] = await reset.says(/http\S+/);
		const [, shown = ""] = await reset.says(/if it is this one:\n\n {2}(.+)\n/);
		await approve(server.browser(), page, "alice");
		const done = await reset.ended;
		assert.equal(done.exit, 0, done.out + done.complaint);
		assert.notEqual(readFileSync(machine.path("key2"), "utf8"), readFileSync(machine.path("key"), "utf8"));
		const after = await statusOf(machine);
		assert.deepEqual([after.fingerprint, after.advice], [shown, "nothing"]);
		assert.notEqual(after.fingerprint, fingerprint);
		assert.deepEqual((await readIdentity(server.url, device)).signedDevices, [device.deviceId]);
	});

	test("takes the old backup along where that was asked for, once all is done, and leaves it otherwise", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { device } = await setUp(server, machine);
		const versions: string[] = [];
		for (const flags of [["--delete-old-backup"], []]) {
			const before = await server.call(device, "GET", "room_keys/version");
			versions.push(before.body.version);
			const { fingerprint } = await statusOf(machine);
			const key = ["--save-recovery-key", machine.path(`key${flags.length + 2}`)];
			const reset = machine.start(["reset", "--replace", fingerprint, ...flags, ...key]);
			const [page = ""] = await reset.says(/http\S+/);
			const waiting = await server.call(device, "GET", `room_keys/version/${before.body.version}`);
			assert.equal(waiting.status, 200, "nothing goes before the person has agreed");
			await approve(server.browser(), page, "alice");
			const done = await reset.ended;
			assert.equal(done.exit, 0, done.out + done.complaint);
			assert.equal(/Deleting the old backup/.test(done.out), flags.length === 1);
		}
		const left = versions.map((version) => server.call(device, "GET", `room_keys/version/${version}`));
		assert.deepEqual(
			(await Promise.all(left)).map(({ status }) => status),
			[404, 200],
		);
		const newest = await server.call(device, "GET", "room_keys/version");
		assert.ok(newest.status === 200 && !versions.includes(newest.body.version));
	});

	test("is approved where somebody signed in, and the page says no more; elsewhere it is warned of", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		await signInByCode(world, server.url);
		const fingerprint = await setUpIdentity(machine);
		const words = ["reset", "--no-wait", "--no-recovery-key", "--replace", fingerprint];
		const asked = await machine.run([...words, "--json"]);
		assert.equal(asked.lines().find(({ event }) => event === "approve").isAtKnownHost, true);
		const file = join(machine.folder, "session.json");
		const kept = JSON.parse(readFileSync(file, "utf8"));
		kept.auth.pages = ["https://auth.example.org/"];
		writeFileSync(file, JSON.stringify(kept));
		const warned = await machine.run(["resume", "--no-wait"]);
		assert.equal(warned.exit, 75);
		assert.match(
			warned.out,
			/Careful: you signed in elsewhere, and this page is at localhost:\d+\. Approve only if/,
		);
	});

	test("stands after a refusal, which ends with 3 and forgets the keys", async () => {
		await using world = await openWorld();
		const { server, browser, machine } = world;
		const { fingerprint } = await setUp(server, machine);
		const reset = machine.start(["reset", "--replace", fingerprint, "--no-recovery-key"]);
		const [page = ""] = await reset.says(/http\S+/);
		await browser.press(await browser.open(page), "This was not me: refuse");
		const { exit, complaint } = await reset.ended;
		assert.deepEqual([exit, /nothing was changed/.test(complaint)], [3, true]);
		const status = await statusOf(machine);
		assert.deepEqual(
			[status.fingerprint, status.advice, status.underWay],
			[fingerprint, "nothing", undefined],
		);
	});

	test("that nobody approves in time stands; a later approval counts for the same keys", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { fingerprint } = await setUp(server, machine);
		const key = ["--save-recovery-key", machine.path("key2")];
		const late = machine.start(["reset", "--replace", fingerprint, "--wait", "0.05", ...key]);
		const [page = ""] = await late.says(/http\S+/);
		assert.equal((await late.ended).exit, 4);
		const { underWay, fingerprint: still } = await statusOf(machine);
		assert.equal(still, fingerprint);
		assert.notEqual(underWay, undefined);
		await approve(server.browser(), page, "alice");
		// The file for the recovery key was named at the beginning.
		const resumed = await machine.run(["resume", "--json"]);
		assert.deepEqual([resumed.exit, resumed.lines().at(-1).fingerprint], [0, underWay]);
		assert.match(readFileSync(machine.path("key2"), "utf8"), /^Es\w\w( \w{4})+\n$/);
		const over = await machine.run(["resume", "--json"]);
		assert.deepEqual([over.exit, over.lines()[0].what], [0, "nothing-to-do"]);
	});

	test("is replaced by programs that do not wait: 75 until somebody approves", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { fingerprint } = await setUp(server, machine);
		const asked = await machine.run([
			...["reset", "--json", "--no-wait", "--show-url", "--replace", fingerprint],
			...["--save-recovery-key", machine.path("key2")],
		]);
		assert.equal(asked.exit, 75);
		const { url, fingerprint: next } = asked.lines().find(({ event }) => event === "approve");
		assert.equal(asked.lines().at(-1).code, "approval-pending");
		const again = await machine.run(["resume", "--json", "--no-wait"]);
		assert.equal(again.exit, 75);
		assert.doesNotMatch(again.out, /http/, "addresses are secret unless asked for");
		assert.equal(again.lines().find(({ event }) => event === "approve").fingerprint, next);
		// Beginning anew is the same, too: never other keys, which would need another approval.
		const anew = await machine.run(["reset", "--json", "--no-wait", "--show-url"]);
		assert.equal(anew.exit, 75);
		assert.equal(anew.lines().find(({ event }) => event === "approve").url, url);
		await approve(server.browser(), url, "alice");
		const done = await machine.run(["resume", "--json", "--no-wait"]);
		assert.deepEqual([done.exit, done.lines().at(-1).fingerprint], [0, next]);
		const recoveryKey = readFileSync(machine.path("key2"), "utf8").trim();
		assert.ok(!(asked.out + done.out).includes(recoveryKey), "the recovery key is in no log");
	});

	test("waits again after Ctrl-C, with the same keys; abandoned, it stands", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const { fingerprint } = await setUp(server, machine);
		const reset = machine.start(["reset", "--replace", fingerprint, "--no-recovery-key"]);
		const [page = ""] = await reset.says(/http\S+/);
		const busy = await machine.run(["resume"]);
		assert.deepEqual([busy.exit, /Another xsign is at work/.test(busy.complaint)], [1, true]);
		const { underWay } = await statusOf(machine);
		assert.notEqual(underWay, undefined, "status can be asked meanwhile");
		reset.signal("SIGINT");
		const stopped = await reset.ended;
		assert.deepEqual([stopped.exit, /xsign resume/.test(stopped.complaint)], [130, true]);
		for (const words of [["restore"], ["recovery-key", "rotate"], ["logout"]])
			assert.equal((await machine.run(words)).exit, 2, `${words.join(" ")} while a reset is under way`);
		const abandoned = await machine.run(["abandon"]);
		assert.equal(abandoned.exit, 0, abandoned.complaint);
		assert.equal((await machine.run(["abandon"])).exit, 1);
		const nothing = await machine.run(["resume", "--json"]);
		assert.equal(nothing.lines()[0].what, "nothing-to-do");
		await approve(server.browser(), page, "alice");
		assert.equal((await statusOf(machine)).fingerprint, fingerprint);
	});
});

describe("a recovery key", () => {
	test("brings the identity to another machine; a new one takes its place; a reset is the last way", async () => {
		await using world = await openWorld();
		const { server, machine, newMachine } = world;
		const { fingerprint } = await setUp(server, machine);
		const key = readFileSync(machine.path("key"), "utf8");

		const second = newMachine();
		await signIn(server, second);
		assert.equal((await statusOf(second)).advice, "restore");
		const setup = await second.run(["setup", "--no-recovery-key"]);
		assert.deepEqual([setup.exit, /xsign restore/.test(setup.complaint)], [2, true]);
		const notHeld = await second.run(["recovery-key", "rotate", "--save-recovery-key", second.path("key")]);
		assert.deepEqual([notHeld.exit, /does not hold the identity/.test(notHeld.complaint)], [2, true]);
		const wrong = await second.run(["restore"], "EsTx wrong\n");
		assert.deepEqual([wrong.exit, /not the recovery key/.test(wrong.complaint)], [1, true]);
		const restored = await second.run(["restore", "--json"], key);
		assert.deepEqual([restored.exit, restored.lines().at(-1).fingerprint], [0, fingerprint]);
		assert.deepEqual((await statusOf(second)).advice, "nothing");

		const rotated = await machine.run([
			"recovery-key",
			"rotate",
			"--json",
			"--save-recovery-key",
			machine.path("new"),
		]);
		assert.equal(rotated.exit, 0, rotated.out);
		assert.deepEqual(
			[rotated.lines().at(-1).what, rotated.lines().at(-1).opensBackup],
			["recovery-key-rotated", true],
		);
		const third = newMachine();
		await signIn(server, third);
		assert.equal((await third.run(["restore"], key)).exit, 1, "the old key opens nothing any more");
		writeFileSync(third.path("old"), key);
		const tried = await third.run([
			"reset",
			"--no-wait",
			"--no-recovery-key",
			"--recovery-key-file",
			third.path("old"),
		]);
		assert.equal(tried.exit, 2, "other devices have it");
		assert.match(tried.complaint, /xsign verify/);
		const file = ["--recovery-key-file", machine.path("new")];
		const saved = await third.run(["reset", "--no-wait", "--no-recovery-key", "--json", ...file]);
		assert.deepEqual([saved.exit, saved.lines().at(-1).what], [0, "restored"], "no reset was needed");
		assert.equal((await statusOf(third)).backup.inUse, true);

		for (const each of [second, third]) assert.equal((await each.run(["logout"])).exit, 0);
	});

	test("that was never made keeps the last device from being signed out by mistake", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		await signIn(server, machine);
		assert.equal(
			(await machine.run(["reset", "--no-recovery-key"])).exit,
			2,
			"there is no identity to reset",
		);
		const nowhere = await machine.run(["setup", "--save-recovery-key", machine.path("none/key")]);
		assert.deepEqual([nowhere.exit, /The system says: ENOENT/.test(nowhere.complaint)], [1, true]);
		assert.equal(
			(await statusOf(machine)).advice,
			"set-up",
			"it was found out before anything was published",
		);
		assert.equal((await machine.run(["setup", "--no-recovery-key"])).exit, 0);
		const kept = await machine.run(["logout"]);
		assert.deepEqual([kept.exit, /would be lost/.test(kept.complaint)], [2, true]);
		assert.equal((await machine.run(["logout", "--force"])).exit, 0);
	});
});
