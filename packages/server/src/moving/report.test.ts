import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, reportCsv, reportJson, reportText } from "./report.ts";

const entry = (user: string, changes: Partial<Entry> = {}): Entry => ({
	...{ user, list: "moved", reasons: [], devices: 1, tokens: 2 },
	...changes,
});
const report = {
	...{ ofMost: undefined, services: [] },
	entries: [
		entry("@alice:x"),
		entry("@bert:x", { list: "noted", reasons: ["locked", "phone"] }),
		entry("@b\u001b[2Jad:x", { list: "noted", reasons: ["phone"], devices: 0, tokens: 0 }),
		entry("=cmd,", { list: "left", reasons: ["other-server"], devices: 0, tokens: 0 }),
	],
};

test("the report for a terminal counts everybody once, and names whom something concerns", () => {
	assert.equal(
		reportText(report),
		`Moved: 1 person
Moved, with a note: 2 people
Not moved: 1 person
Signed in as before: devices 2, tokens 4

phone (2 people): each has a phone number, which is not moved
    @bert:x, @b[2Jad:x
locked (1 person): each is locked: their apps may be signed out, and lose the keys of messages, when Synapse starts again
    @bert:x
other-server (1 person): each is not a user of this server
    =cmd,
`,
	);
});

test("apps that are left stand before those that need a look, each with the reason", () => {
	const app = (id: string, name: string, means: string) => ({ id, name, means });
	const apps = { moved: 2, left: [app("A", "Tool\u202e", "signs")], noted: [app("B", "", "cannot\nreturn")] };
	assert.match(
		reportText({ ...report, apps }),
		/tokens 4\nApps under the ids they have: 2; not moved: 1\n {4}A Tool: signs\nMoved, with a note:\n {4}B: cannotreturn\n\nphone/,
	);
	assert.doesNotMatch(reportText({ ...report, apps: { ...apps, noted: [] } }), /A Tool: signs\nMoved/);
});

test("of each application service its people and their live tokens are counted, and what an encrypted bridge needs is said", () => {
	const quiet = { id: "irc\u202e", people: 12, tokens: 0 };
	const services = [quiet, { id: "signal", people: 2, tokens: 3 }];
	assert.match(
		reportText({ ...report, services }),
		/tokens 4\nApplication services, which go on at Synapse:\n {4}irc: people 12, live tokens 0\n {4}signal: people 2, live tokens 3\n[^\n]+An encrypted bridge: turn MSC4190 on first\n\nphone/,
	);
	assert.match(reportText({ ...report, services: [quiet] }), /live tokens 0\n\nphone/);
});

test("a terminal is shown ten names and how many more there are, a file has all", () => {
	const many = Array.from({ length: 12 }, (_, nth) =>
		entry(`@p${nth}:x`, { list: "noted", reasons: ["guest"] }),
	);
	assert.match(reportText({ ...report, entries: many }), /@p9:x, and 2 more\n/);
	assert.equal(reportCsv({ ...report, entries: many }).split("\r\n").length, 14);
	assert.equal(JSON.parse(reportJson({ ...report, entries: many })).length, 12);
});

test("no name becomes a formula, or a second line, in a spreadsheet", () => {
	assert.equal(
		reportCsv(report),
		[
			"user,list,reasons,devices,tokens",
			"'@alice:x,moved,,1,2",
			"'@bert:x,noted,locked phone,1,2",
			"'@b\u001b[2Jad:x,noted,phone,0,0",
			'"\'=cmd,",left,other-server,0,0',
			"",
		].join("\r\n"),
	);
});
