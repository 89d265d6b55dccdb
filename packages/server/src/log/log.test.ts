import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { random } from "../installation.ts";
import { createToken, tokenKinds } from "../sessions/token-format.ts";
import { createLog, logRequest } from "./index.ts";

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

const database = 'invalid input syntax for type bigint: "hunter2"';
const quoting: readonly (readonly [what: string, error: unknown])[] = [
	["JSON over several lines", thrownBy(() => JSON.parse('{\n"a": hunter2,\n"b": 1 }'))],
	["a header's value", thrownBy(() => new Headers([["x-proof", 'a "hunter2"\n b "hunter2" c']]))],
	["an address with a password", thrownBy(() => new Request("https://me:hunter2@h.example/"))],
	["a value of the wrong type", thrownBy(() => createHash("sha256", { outputLength: "hunter2" as never }))],
	["a value that PostgreSQL cannot convert", new Error(database)],
	["an enumeration of PostgreSQL", new Error('invalid input value for enum kind: "a" or "hunter2"')],
	["a quotation without its end", new Error('cannot read "hunter2 and more')],
	["a form", new Error("bad form: username=alice&password=hunter2&csrf=hunter2")],
	["connection settings", new Error("host=db user=me password=hunter2 dbname=x")],
	["a password with marks in it", new Error("cannot use postgres://me:a'hunter2@b?hunter2@db.example/x")],
	["a header", new Error("refused with authorization: Bearer hunter2 hunter2\ncookie: a=hunter2; b=hunter2")],
	["a scheme", new Error("sent Bearer hunter2, and Basic hunter2")],
	[
		"a code",
		new Error("spent already: code=hunter2 device_code: hunter2 user_code=hunter2 loginToken=hunter2"),
	],
	["an object that is thrown", { password: "hunter2", toString: () => "password: hunter2" }],
	["a cause", new Error("outer", { cause: database })],
];
for (const [what, error] of quoting) {
	test(`what an error quotes is cut out: ${what}`, () => {
		assert.match(inspect(error), /hunter2/);
		assert.doesNotMatch(logged(error), /hunter2/);
	});
}

test("what was drawn by lot is cut out of an error, whatever it opens", () => {
	for (const bytes of [24, 32]) {
		const word = random.token(bytes);
		assert.ok(!logged(new Error(`nothing is kept of ${word}.`)).includes(word));
	}
});

test("an error keeps the names that lead to its place", () => {
	const missing = 'column "user_id" of relation "refresh_tokens" does not exist';
	assert.ok(JSON.parse(logged(new Error(missing))).err.stack.includes(missing));
	assert.match(logged(new Error('"a" is not one of "b", says the parser')), /: \[cut\], says the parser/);
	const broken = "UNIQUE constraint failed: access_tokens.hash";
	assert.match(logged(new Error(broken)), /access_tokens\.hash.*log\.test\.ts:\d+/);
});

test("facts that others composed lose what they quote, and our ids and counts stay", () => {
	const accountId = random.token();
	const line = JSON.parse(
		logged(new Error("x"), {
			accountId,
			failure: `refused ("hunter2": ${random.token()}) mat_0123456789abcdefghij https://h.example/?code=hunter2`,
			proof: Buffer.from("hunter2"),
			deleted: { refresh_tokens: 3 },
			Authorization: "hunter2",
			request: {
				headers: [{ "set-cookie": "hunter2" }],
				deviceCode: "hunter2",
				a: { b: { csrf: "hunter2" } },
			},
		}),
	);
	assert.doesNotMatch(JSON.stringify(line), /hunter2|0123456789|104,117,110/);
	assert.equal(line.accountId, accountId);
	assert.deepEqual(line.deleted, { refresh_tokens: 3 });
	assert.doesNotMatch(line.failure, /[\w-]{32}/);
});

test("an answer of a homeserver that is a whole page does not fill the log", () => {
	assert.ok(logged(new Error("x".repeat(1_000_000)), { failure: "y".repeat(1_000_000) }).length < 20_000);
});

describe("the line of a request", () => {
	const requests = (...each: readonly Parameters<typeof logRequest>[]) => {
		const lines: unknown[] = [];
		for (const [, request, route] of each)
			logRequest({ info: (facts, message) => void lines.push([message, facts]) }, request, route);
		return lines;
	};
	const none = { info() {} };

	test("says what was asked, how it ended and how long it took, to a tenth of a millisecond", () => {
		const [line] = requests([none, { method: "GET", status: 200, ms: 1.26 }, "/login"]);
		assert.deepEqual(line, ["request", { method: "GET", route: "/login", status: 200, ms: 1.3 }]);
		const [left] = requests([none, { method: "GET", status: undefined, ms: 1 }, "/health"]);
		assert.deepEqual(left, ["request", { method: "GET", route: "/health", status: "gone", ms: 1 }]);
	});

	test("is not written of what is asked all the time, unless it failed", () => {
		for (const route of ["/oauth2/introspect", "/health", "/metrics"]) {
			assert.equal(requests([none, { method: "GET", status: 399, ms: 1 }, route]).length, 0, route);
			assert.equal(requests([none, { method: "GET", status: 400, ms: 1 }, route]).length, 1, route);
		}
	});
});

test("what is less important than asked for is not written, and by default all is that there is", () => {
	const lines: string[] = [];
	const destination = { write: (line: string) => void lines.push(line) };
	for (const options of [{}, { level: "warn" }, { level: "error" }] as const) {
		const log = createLog({ ...options, destination });
		log.info({ n: 1 }, "i");
		log.warn({ n: 1 }, "w");
		log.error({ n: 1 }, "e");
	}
	const read = lines.map((line) => JSON.parse(line));
	assert.equal(read.map(({ msg }) => msg).join(""), "iwewee");
	const { time, ...first } = read[0];
	assert.deepEqual(first, { level: "info", n: 1, msg: "i" });
	assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});
