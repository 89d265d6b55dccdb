import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageUnavailable } from "@countersign/core";
import { dataProblem } from "./with-data.ts";

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
