import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { createProgramTokens } from "../authorization/program-tokens.ts";
import { random } from "../installation.ts";
import { createToken, tokenKinds } from "../sessions/token-format.ts";
import { createLog, logRequest, scrubbedWords } from "./index.ts";
import { scrubbedFact } from "./scrub.ts";

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
	assert.match(line.err.stack, /^Error: the database did not take the write\n +at .*log\.test\.ts:\d+:\d+/);
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

test("a program's token is cut out too", () => {
	const tokens = createProgramTokens({ secretKey: new Uint8Array(32), clock: () => 1 });
	const token = tokens.issue({ id: "01J0000000E008000000000061", secretHash: "h" });
	assert.ok(!logged(new Error(`cannot find ${token} anywhere`)).includes(token.slice(4, 40)));
});

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

test("where it was thrown is said whole, whether an error has words or none", () => {
	const namedAtLength = {
		whoHasANameAsLongAsWhatIsDrawnByLot(words: string) {
			throw new Error(words);
		},
	};
	for (const words of ["", "cannot read"]) {
		const error = thrownBy(() => namedAtLength.whoHasANameAsLongAsWhatIsDrawnByLot(words));
		assert.match(logged(error), /at Object\.whoHasANameAsLongAsWhatIsDrawnByLot/);
	}
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

describe("what a line holds", () => {
	const facts = (given: Readonly<Record<string, unknown>>) => {
		const { level, time, msg, err, ...rest } = JSON.parse(logged("thrown", given));
		assert.deepEqual([level, msg, err], ["error", "a request failed", { type: "string", stack: "thrown" }]);
		assert.ok(time);
		return rest;
	};

	test("of an error is its causes, five deep, and of one without a cause none", () => {
		let error = new Error("0");
		for (let depth = 1; depth <= 7; depth++) error = new Error(String(depth), { cause: error });
		let deep = JSON.parse(logged(error)).err;
		let count = 0;
		for (; "cause" in deep; deep = deep.cause) count++;
		assert.equal(count, 5);
		assert.ok(!("errorCode" in deep));
		assert.deepEqual(Object.keys(JSON.parse(logged(new Error("x"))).err), ["type", "stack"]);
	});

	test("of what is thrown and is no error is its kind, and its words where it is a text", () => {
		for (const [thrown, type, stack] of [
			[() => "hunter2", "function", ""],
			[{ a: "hunter2" }, "object", ""],
			[7n, "bigint", "7"],
		] as const)
			assert.deepEqual(JSON.parse(logged(thrown)).err, { type, stack });
	});

	test("of an error whose words were changed is nothing that either of them quotes", () => {
		const error = new Error('the value "hunter2" is wrong');
		// Its words are put in when it is read first.
		assert.match(String(error.stack), /hunter2/);
		error.message = "changed";
		assert.doesNotMatch(logged(error), /hunter2/);
	});

	test("are plain values as they are, errors as errors, and neither functions nor bytes", () => {
		const drawn = random.token();
		const given = { a: null, b: true, c: 1.5, d: "text", e: [1, "x"], codeNames: "stay" };
		assert.deepEqual(facts({ ...given, none: undefined }), given);
		const { type, stack } = facts({ failure: new RangeError("far") }).failure;
		assert.equal(type, "RangeError");
		assert.match(stack, /far/);
		const cut = { password: "x", keys: "x", code: "x", user_code: "x", deviceCode: "x", act: () => 1 };
		const names = Object.keys({ ...cut, bytes: 1 });
		assert.deepEqual(
			facts({ ...cut, bytes: new Uint8Array(2) }),
			Object.fromEntries(names.map((name) => [name, "[cut]"])),
		);
		assert.deepEqual(facts({ errorCode: "E" }), { errorCode: "E" });
		assert.deepEqual(facts({ taskId: drawn, taskIdea: drawn }), { taskId: drawn, taskIdea: "[cut]" });
	});

	test("are members of members, five deep", () => {
		const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } };
		assert.deepEqual(facts(deep), { a: { b: { c: { d: { e: { f: 1 } } } } } });
		assert.deepEqual(facts({ z: deep }), { z: { a: { b: { c: { d: { e: "[cut]" } } } } } });
		assert.deepEqual(facts({ z: [[[[[[1]]]]]] }), { z: [[[[["[cut]"]]]]] });
	});
});

describe("of what others composed", () => {
	const long = "Abcdefghijklmnopqrstuvwxyz012345";
	for (const [text, left] of [
		["postgres://me:pw@db.example/x", "postgres://[cut]@db.example/x"],
		["https://me:pw@h.example/x?y#z rest", "https://[cut]@h.example/x[cut] rest"],
		['column "a" holds "b" and "c".', 'column "a" holds [cut].'],
		["Received hunter2 and\nmore", "Received [cut]\nmore"],
		["Received undefined", "Received undefined"],
		["authorization: x y\nnext", "authorization: [cut]\nnext"],
		["sent Bearer abc, and", "sent Bearer [cut], and"],
		["token mat_0123456789abcdef end", "token [token] end"],
		["token syt_w5Yvfj8+_aORrhjKaruGSDyceQwXn_1YJ3fQ end", "token [token] end"],
		["cut syr_YWxpY2U_UEcJXv... end", "cut [token]... end"],
		["old MDAxOWxvY2F0aW9uIGV4YW1wbGUub3JnCjAwMTNp end", "old [token] end"],
		["password=abc&x=1", "password=[cut]&x=1"],
		[`drawn ${long} by lot`, "drawn [cut] by lot"],
		["x".repeat(4_001), "x".repeat(4_000)],
		[`"${"x".repeat(4_000)}" and more`, "[cut]"],
	] as const)
		test(`this is left: ${left.slice(0, 60)}`, () => assert.equal(scrubbedWords(text), left));

	test("of text of our own tokens, users of addresses and queries are cut, and a quotation stays", () => {
		assert.equal(
			scrubbedFact(`"a" mat_0123456789abcdef https://u:p@h/?q postgres://a/b@c ${long}`),
			`"a" [token] https://[cut]@h/[cut] postgres://[cut]@c ${long}`,
		);
		assert.equal(scrubbedFact("x".repeat(4_001)), "x".repeat(4_000));
	});
});
