import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseLinks, readLinksFile } from "./links-file.ts";

describe("a file of links", () => {
	test("is names, services and subjects, with what a link is called where that is known", () => {
		const read = parseLinks(
			'Name,Service,Subject,Label\r\nalice,company,s-1,"Alice, at work"\n\nbob , company , S-1\n',
		);
		assert.deepEqual(read, {
			ok: true,
			links: [
				{ line: 2, name: "alice", provider: "company", subject: "s-1", label: "Alice, at work" },
				{ line: 4, name: "bob", provider: "company", subject: "S-1" },
			],
		});
	});

	for (const [text, problem] of [
		["", /nobody is in it/],
		["alice;company;s-1", /line 1: cells stand between semicolons/],
		["alice", /line 1: the service is missing/],
		["alice,company", /line 1: the subject is missing/],
		[",company,s-1", /line 1: the name is missing/],
		["alice,company,s-1,label,more", /line 1: 5 cells/],
		['alice,"company', /line 1: a quotation mark/],
		[`alice,company,${"s".repeat(256)}`, /line 1: nobody can be that subject/],
		["alice,company,s\u0000", /line 1: nobody can be that subject/],
		["alice,company,s-1,\u202Elabel", /line 1: what the link is called cannot be shown/],
		["alice,company,s-1\nbob,company,s-1", /line 2: this one is in line 1, too/],
	] as const)
		test(`${JSON.stringify(text.slice(0, 40))} is refused, with its line`, () => {
			const read = parseLinks(text);
			assert.ok(!read.ok);
			assert.match(read.problems.join("\n"), problem);
		});

	test("that is not there says so", () => {
		const read = readLinksFile("/nowhere/links.csv");
		assert.ok(!read.ok && /cannot be read/.test(read.problems.join()));
	});
});
