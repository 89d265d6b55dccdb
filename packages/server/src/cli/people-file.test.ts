import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parsePeople, readPeopleFile } from "./people-file.ts";

const people = (text: string) => {
	const read = parsePeople(text);
	assert.ok(read.ok, read.ok ? "" : read.problems.join("\n"));
	return read.people;
};
const problems = (text: string) => {
	const read = parsePeople(text);
	assert.ok(!read.ok, "it is taken");
	return read.problems;
};

describe("a file of people", () => {
	test("is names, with display name and address where they are known", () => {
		assert.deepEqual(people("alice\r\nbob,Bob Builder\n\ncarol,,carol@example.org\r\n"), [
			{ line: 1, name: "alice" },
			{ line: 2, name: "bob", displayName: "Bob Builder" },
			{ line: 4, name: "carol", email: { address: "carol@example.org", key: "carol@example.org" } },
		]);
	});

	test("may have a heading, a byte order mark that is taken off, quotation marks and blanks", () => {
		assert.deepEqual(people('Name,Display name,E-mail\n "dora" , "Dora ""D"", Jr." , dora@example.org \n'), [
			{
				line: 2,
				name: "dora",
				displayName: 'Dora "D", Jr.',
				email: { address: "dora@example.org", key: "dora@example.org" },
			},
		]);
		assert.deepEqual(people("alice\nname"), [
			{ line: 1, name: "alice" },
			{ line: 2, name: "name" },
		]);
	});

	for (const [what, text, why] of [
		["an open quotation mark", '"alice', /^line 1: a quotation mark/],
		["a quotation mark inside", 'al"i"ce,Alice', /^line 1: a quotation mark/],
		["too many cells", "ok\nalice,Alice,a@example.org,more", /^line 2: 4 cells/],
		["no name", "ok\n,Alice", /^line 2: the name is missing/],
		["semicolons", "alice;Alice;a@example.org", /^line 1: cells stand between semicolons/],
		["a long display name", `alice,${"x".repeat(257)}`, /^line 1: The display name is longer than 256/],
		["a hidden character", "alice,Al\u0007ice", /^line 1: The display name holds/],
		["no address", "alice,Alice,alice", /^line 1: "alice" is not an e-mail address/],
		["nobody", "name\n\n", /^nobody is in it/],
	] as const) {
		test(`with ${what} is refused, by the number of the line`, () => {
			assert.match(problems(text).join("\n"), why);
		});
	}

	test("is told every line that is wrong at once", () => {
		assert.equal(problems('"a\nok\n,b\nc,d,e').length, 3);
	});

	test("is read whole from the disk, as UTF-8", (t) => {
		const folder = mkdtempSync(join(tmpdir(), "countersign-people-file-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const file = (bytes: string | Uint8Array) => {
			const path = join(folder, "people.csv");
			writeFileSync(path, bytes);
			return readPeopleFile(path);
		};
		assert.deepEqual(file("\ufeffname\nzoë,Zoë"), {
			ok: true,
			people: [{ line: 2, name: "zoë", displayName: "Zoë" }],
		});
		const latin = file(Uint8Array.from([0x7a, 0xeb]));
		assert.match(latin.ok ? "" : latin.problems.join(), /is not UTF-8/);
		const gone = readPeopleFile(join(folder, "gone.csv"));
		assert.match(gone.ok ? "" : gone.problems.join(), /gone\.csv cannot be read \(ENOENT\)/);
	});
});
