import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-with-data-"));
after(() => rm(folder, { recursive: true }));

async function type(line: string, data: string) {
	let err = "";
	const code = await run(line.split(" "), {
		environment: { COUNTERSIGN_DATA: data, COUNTERSIGN_PORT: "0" },
		out: () => undefined,
		complain: (headline, details = []) => {
			err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: async () => "a long password",
	});
	return { code, err };
}

test("a database that is none is named, with what to do, by the server and by every command", async () => {
	const data = join(folder, "damaged");
	await mkdir(data);
	const file = join(data, "countersign.db");
	await writeFile(file, "this was a database once. ".repeat(100));
	for (const line of ["serve", "users list", "users create ann", `backup ${join(folder, "copy.db")}`]) {
		assert.deepEqual(await type(line, data), {
			code: 1,
			err: `${file} is not a database, or is damaged. Restore a backup: docs/operating.md, Backup and restore.\n`,
		});
	}
});

test("a data folder that is a file, or where no folder can be made, is named", async () => {
	const file = join(folder, "file");
	await writeFile(file, "");
	const isFile = await type("serve", file);
	assert.equal(isFile.code, 1);
	assert.match(
		isFile.err,
		/file cannot be written\.\nIt is a file\. Name a folder: data in the settings file/,
	);
	const inFile = await type("serve", join(file, "data"));
	assert.equal(inFile.code, 1);
	assert.match(inFile.err, /cannot be written\.\nChange its owner or permissions/);
});

test("a folder where the system lets nobody make one ends the start, and not the patience of who waits", {
	skip: process.platform !== "linux" && "only Linux has /proc",
}, async () => {
	const refused = await type("serve", "/proc/no/such/folder");
	assert.equal(refused.code, 1);
	assert.match(refused.err, /^The data folder \/proc\/no\/such\/folder cannot be written\.\n/);
});
