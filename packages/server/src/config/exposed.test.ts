import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { loadConfig } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-exposed-"));
after(() => rm(folder, { recursive: true }));
const settings = join(folder, "countersign.yaml");
const database = join(folder, "database");
const postgres = "postgres://me:hunter2@db/x";
const beside =
	"server_name: example.org\npublic_base: https://a.example/\nhomeserver:\n  synapse: http://s:1/\n";

async function warnings(text: string, environment: Record<string, string> = {}) {
	await writeFile(settings, text);
	const outcome = loadConfig(environment, settings);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	assert.doesNotMatch(outcome.warnings.join(), /hunter2/);
	return outcome.warnings;
}

const open = (setting: string, file: string, mode: string) =>
	`${setting}: every user of this machine can open ${file} (mode ${mode}); close it with: chmod o= ${file}`;

describe("a file that holds a secret", () => {
	beforeEach(async () => {
		await writeFile(settings, "");
		await writeFile(database, postgres);
		for (const file of [settings, database]) await chmod(file, 0o600);
	});

	test("and is open to everybody is named, with the command that closes it", async () => {
		for (const [mode, shown] of [
			[0o644, "644"],
			[0o602, "602"],
			[0o751, "751"],
		] as const) {
			await chmod(settings, mode);
			assert.deepEqual(await warnings(`port: 1\ndatabase: ${postgres}\n`), [
				open(`${settings}:2: database`, settings, shown),
			]);
			await chmod(database, mode);
			assert.deepEqual(await warnings("database_file: database\n"), [
				open(`${settings}:1: database_file`, database, shown),
			]);
		}
	});

	test("is named for the secret of the homeserver too, and by the variable that names it", async () => {
		await writeFile(database, "hunter2-hunter2-hunter2");
		for (const file of [settings, database]) await chmod(file, 0o604);
		assert.deepEqual(await warnings(`${beside}  secret: hunter2-hunter2-hunter2\n`), [
			open(`${settings}:5: homeserver.secret`, settings, "604"),
		]);
		const variable = "COUNTERSIGN_HOMESERVER_SECRET_FILE";
		assert.deepEqual(await warnings(beside, { [variable]: database }), [open(variable, database, "604")]);
	});

	test("and is closed to others, or holds none, is not named", async () => {
		await chmod(database, 0o660);
		assert.deepEqual(await warnings(`database_file: ${database}\n`), []);
		await chmod(settings, 0o770);
		assert.deepEqual(await warnings(`database: ${postgres}\n`), []);
		await chmod(settings, 0o644);
		assert.deepEqual(await warnings("port: 1\n"), []);
		assert.deepEqual(await warnings("", { COUNTERSIGN_DATABASE: postgres }), []);
		assert.deepEqual(await warnings(`database: ${postgres}\n`, { COUNTERSIGN_DATABASE: postgres }), []);
	});
});
