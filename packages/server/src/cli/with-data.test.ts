import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageUnavailable } from "@countersign/core";
import { HomeserverDiffers } from "../operate.ts";
import {
	DatabaseDamaged,
	DatabaseUnavailable,
	DataDirectoryUnusable,
	NoData,
	OtherVersionRuns,
} from "../storage/index.ts";
import { dataProblem, elsewhere, otherHomeserver } from "./with-data.ts";

test("data that are away in the middle of a command are told in words, with the cause and what is not known", () => {
	const error = new StorageUnavailable("the database does not answer", {
		cause: new Error("read ECONNRESET"),
	});
	const config = { dataDirectory: "/srv/data", database: "postgres://someone:secret@db/x" };
	const words = dataProblem(error, config) ?? "";
	assert.match(words, /^No answer came from the database.*\(read ECONNRESET\)\. Look whether it was done/);
	assert.doesNotMatch(words, /secret/);
	assert.match(dataProblem(error, { dataDirectory: "/srv/data" }) ?? "", /^No answer came from \/srv\/data,/);
});

test("of a cause nothing is printed that could open something", () => {
	const quoting = new Error(
		'invalid input "{\\"password\\":\\"hunter2\\"}" at postgres://me:hun/ter2@db/x, token mat_0123456789abcdefghijABCDEFGHIJ_0aB1cD',
	);
	const words = dataProblem(new StorageUnavailable("away", { cause: quoting }), {
		dataDirectory: "/srv/data",
	});
	assert.match(words ?? "", /^No answer came from \/srv\/data, .*\(invalid input \[cut\]/);
	assert.doesNotMatch(words ?? "", /hunter2|ter2|mat_/);
});

test("a mistake of our own is not dressed up as one of the data", () => {
	assert.equal(dataProblem(new TypeError("x"), { dataDirectory: "/srv/data" }), undefined);
});

test("each way in which the data cannot be had is told by its own words, with what to do", () => {
	const config = { dataDirectory: "/srv/data" };
	assert.equal(
		dataProblem(new NoData("x"), config),
		"There are no data in /srv/data yet. Start the server once, or name the right place in the settings.",
	);
	assert.equal(
		dataProblem(new OtherVersionRuns("x"), config),
		"The running server is of another version than this command. Restart it, or use the command it came with.",
	);
	assert.equal(
		dataProblem(new DatabaseDamaged("db is damaged"), config),
		"db is damaged. Restore a backup: docs/operating.md, Backup and restore.",
	);
	assert.equal(dataProblem(new DatabaseUnavailable("nobody answers"), config), "nobody answers");
	assert.equal(dataProblem(new DataDirectoryUnusable("cannot be written"), config), "cannot be written");
	const wordless = dataProblem(new StorageUnavailable("away", { cause: new Error("") }), config);
	assert.match(wordless ?? "", /^No answer came from \/srv\/data, or it cannot work at the moment\. Look/);
	assert.equal(dataProblem(new HomeserverDiffers("x"), config), otherHomeserver("/srv/data"));
	assert.match(otherHomeserver("/srv/data"), /^\/srv\/data belongs to an installation with the other kind/);
	assert.equal(elsewhere("@a:b", "c"), 'This is c; "@a:b" is on another server.');
});
