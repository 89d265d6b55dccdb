import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../installation.ts";
import { createToken, tokenKinds } from "../sessions/token-format.ts";
import { createLog } from "./index.ts";

function logged(err: unknown, facts: Readonly<Record<string, unknown>> = {}): string {
	const lines: string[] = [];
	createLog({ destination: { write: (line) => void lines.push(line) } }).error(
		{ err, ...facts },
		"a request failed",
	);
	return lines.join("");
}

function thrownBy(act: () => unknown): unknown {
	try {
		return act();
	} catch (error) {
		return error;
	}
}

test("a line says what failed, where, and why", () => {
	const error = new Error("the database did not take the write", { cause: new TypeError("disk is full") });
	const line = JSON.parse(logged(Object.assign(error, { code: "ERR_SQLITE_ERROR" })));
	assert.equal(line.level, "error");
	assert.equal(line.msg, "a request failed");
	assert.match(line.err.stack, /did not take the write\n +at .*log\.test\.ts:\d+:\d+/);
	assert.equal(line.err.errorCode, "ERR_SQLITE_ERROR");
	assert.equal(line.err.cause.type, "TypeError");
	assert.match(line.err.cause.stack, /disk is full/);
});

test("an address in an error loses its query, and what the error carries beside its words is left out", () => {
	const bad = thrownBy(() => new URL("//?code=c0de&state=st4te", "none"));
	const fetched = new Error("GET https://a.example/callback?code=c0de#access=c0de failed (st)");
	for (const error of [bad, fetched, new Error("outer", { cause: fetched })]) {
		assert.doesNotMatch(logged(error), /c0de|st4te/);
	}
	assert.match(logged(fetched), /GET https:\/\/a\.example\/callback\[cut\] failed/);
	assert.doesNotMatch(logged(Object.assign(new Error("x"), { body: "hunter2 and more" })), /hunter2/);
});

for (const kind of tokenKinds) {
	test(`a token of the kind "${kind}" is cut out of an error, whole or cut short`, () => {
		const token = createToken(kind, random);
		const digits = token.slice(4, 20);
		assert.ok(!logged(new Error(`cannot find ${token} anywhere`)).includes(digits));
		assert.ok(!logged(`a thrown text with_${token}`).includes(digits));
		assert.ok(!logged(new Error(`cannot find ${token.slice(0, 24)}...`)).includes(digits));
	});
}

test("what only begins as a token does stays", () => {
	assert.match(logged(new Error("max_connections and map_of_keys")), /max_connections and map_of_keys/);
});

test("texts that a parser quotes are cut out of an error", () => {
	assert.doesNotMatch(logged(thrownBy(() => JSON.parse('{"d": hunter2hunter2hunter2hunter2'))), /hunter/);
	assert.doesNotMatch(logged(thrownBy(() => JSON.parse("hunter2"))), /hunter/);
});

test("the address of a database in an error loses who signs in by it, and a stack keeps its files", () => {
	const line = logged(new Error("no answer of postgres://me:hunter2@hunter2@db.example/countersign"));
	assert.doesNotMatch(line, /hunter2/);
	assert.match(line, /db\.example\/countersign/);
	assert.match(logged(new Error("file:///srv/node_modules/@hono/x.js:1:2")), /srv\/node_modules\/@hono/);
});

test("facts whose names promise a secret are cut, wherever they stand", () => {
	const facts = { password: "hunter2", request: { cookie: "hunter2", deep: { refresh_token: "hunter2" } } };
	assert.doesNotMatch(logged(new Error("x"), facts), /hunter2/);
});

test("an error that is its own cause ends", () => {
	const error = new Error("round");
	error.cause = error;
	assert.match(logged(error), /round/);
});
