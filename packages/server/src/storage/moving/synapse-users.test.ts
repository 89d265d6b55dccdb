/** Synapse's SQLite file belongs to its user: whoever reads it leaves nothing behind that locks that user out. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, describe, type TestContext, test } from "node:test";
import { synapseRows, synapseTables } from "../../../test/support/synapse-tables.ts";
import { openSynapseSource } from "./open-source.ts";

const root = 0;
const [synapse, stranger] = [54_321, 54_322];
const skip = process.getuid?.() !== root && "only root can be somebody else";

/** Where everybody may make files: the folder of a run of tests is root's alone. */
const shared = mkdtempSync(join(tmpdir(), "countersign-everybody-"));
chmodSync(shared, 0o1777);
after(() => rmSync(shared, { recursive: true }));

/** Begins as root, so that it can read these sources, and is somebody else from then on. */
function startAs(uid: number, program: string, file: string): ChildProcess {
	const become = `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});`;
	const source = new URL("./open-source.ts", import.meta.url).href;
	const imports = `import { DatabaseSync } from "node:sqlite"; import { createInterface } from "node:readline";
		import { openSynapseSource } from ${JSON.stringify(source)};`;
	const words = ["--input-type=module", "-e", `${imports} ${become} ${program}`, file];
	const env = { ...process.env, TMPDIR: shared };
	return spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"], env });
}

/** Has its file open as Synapse has, and makes one device for each line it is given. */
const running = `const db = new DatabaseSync(process.argv[1]);
	db.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
	console.log("open");
	for await (const line of createInterface(process.stdin)) {
		db.prepare("INSERT INTO devices (user_id, device_id) VALUES ('@Bob:example.org', ?)").run(line);
		console.log("written");
	}
	db.close();`;

const reading = `try {
		const source = await openSynapseSource({ kind: "sqlite", file: process.argv[1] });
		const [bob] = await source.people({ after: "", limit: 10 });
		await source.close();
		console.log(bob.devices.length);
	} catch (error) { console.log(error.message) }`;

function makeFile(t: TestContext) {
	const folder = mkdtempSync(join(tmpdir(), "countersign-of-synapse-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const file = join(folder, "homeserver.db");
	const made = new DatabaseSync(file);
	made.exec([...synapseTables, ...synapseRows].join(";\n"));
	made.close();
	chmodSync(folder, 0o755);
	for (const path of [folder, file]) chownSync(path, synapse, synapse);
	chmodSync(file, 0o644);
	/** What is there, whose it is, and what others may do with it. */
	const sight = () =>
		readdirSync(folder).map((name) => {
			const { uid, gid, mode } = statSync(join(folder, name));
			return [name, uid, gid, mode & 0o777] as const;
		});
	/** The same, with what is in it. While it runs, shared memory holds the locks of whoever reads too. */
	const whole = (runs?: "runs") => {
		const kept = readdirSync(folder).filter((name) => runs === undefined || !name.endsWith("-shm"));
		return [sight(), kept.map((name) => readFileSync(join(folder, name)).toString("base64"))];
	};
	return { file, sight, whole };
}

async function startSynapse(t: TestContext, file: string) {
	const child = startAs(synapse, running, file);
	t.after(() => child.kill("SIGKILL"));
	assert.ok(child.stdout !== null && child.stdin !== null);
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	assert.equal((await lines.next()).value, "open");
	return {
		async write(device: string) {
			child.stdin?.write(`${device}\n`);
			assert.equal((await lines.next()).value, "written");
		},
		async end(how: "stop" | "crash") {
			if (how === "crash") child.kill("SIGKILL");
			else child.stdin?.end();
			await once(child, "exit");
		},
	};
}

async function readAs(uid: number, file: string): Promise<string> {
	const child = startAs(uid, reading, file);
	let said = "";
	child.stdout?.on("data", (part: Buffer) => {
		said += part.toString();
	});
	await once(child, "close");
	return said.trim();
}

const names = (ends: readonly string[]) =>
	ends.map((end) => [`homeserver.db${end}`, synapse, synapse, 0o644]);

describe("the SQLite file of a Synapse that is another user", { skip }, () => {
	test("is read by root and by that user while it runs, which goes on writing in files that are its own", async (t) => {
		const { file, sight, whole } = makeFile(t);
		const there = await startSynapse(t, file);
		await there.write("FIRST");
		assert.deepEqual(sight(), names(["", "-shm", "-wal"]));
		const before = whole("runs");
		const source = await openSynapseSource({ kind: "sqlite", file });
		const devicesOf = async () => (await source.people({ after: "", limit: 1 }))[0]?.devices.length;
		assert.equal(await devicesOf(), 3);
		assert.deepEqual(whole("runs"), before);
		await there.write("SECOND");
		assert.equal(await devicesOf(), 3, "as of one moment");
		await source.close();
		assert.deepEqual(sight(), names(["", "-shm", "-wal"]));
		assert.equal(await readAs(synapse, file), "4");
		assert.match(await readAs(stranger, file), /only root and the user that Synapse runs as/);
		assert.deepEqual(sight(), names(["", "-shm", "-wal"]));
		await there.write("THIRD");
		await there.end("stop");
		assert.deepEqual(sight(), names([""]));
	});

	test("is read by anybody who may once it is stopped, without a trace, and starts again", async (t) => {
		const { file, whole } = makeFile(t);
		await (await startSynapse(t, file)).end("stop");
		const before = whole();
		for (const uid of [root, synapse, stranger]) assert.equal(await readAs(uid, file), "2", `${uid}`);
		assert.deepEqual(whole(), before);
		chmodSync(file, 0o600);
		assert.match(await readAs(stranger, file), /cannot be read/);
		const again = await startSynapse(t, file);
		await again.write("FIRST");
		await again.end("stop");
	});

	test("that a crash left is read with all that was written, without a trace, and starts again", async (t) => {
		const { file, sight, whole } = makeFile(t);
		const there = await startSynapse(t, file);
		await there.write("FIRST");
		await there.end("crash");
		const before = whole();
		for (const uid of [root, synapse]) assert.equal(await readAs(uid, file), "3", `${uid}`);
		assert.match(await readAs(stranger, file), /was left by a crash/);
		assert.deepEqual(whole(), before);
		const again = await startSynapse(t, file);
		await again.write("SECOND");
		assert.equal(await readAs(root, file), "4");
		await again.end("stop");
		assert.deepEqual(sight(), names([""]));
	});

	test("that stops while root still reads keeps no file of root's", async (t) => {
		const { file, sight } = makeFile(t);
		const there = await startSynapse(t, file);
		await there.write("FIRST");
		const source = await openSynapseSource({ kind: "sqlite", file });
		await there.end("stop");
		await source.close();
		for (const [name, uid] of sight()) assert.equal(uid, synapse, name);
		const again = await startSynapse(t, file);
		await again.write("SECOND");
		await again.end("stop");
		assert.equal(await readAs(synapse, file), "4");
	});
});
