import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { approvalUrlOf, oauthChallenge, oauthStages, parseUiaAuth, parseUiaChallenge } from "./index.ts";

const url = "https://auth.example.org/account/?action=org.matrix.cross_signing_reset";
const other = "https://auth.example.org/other";
const unstable = "org.matrix.cross_signing_reset";

describe("auth of a request (client-server API, User-Interactive API)", () => {
	const cases: readonly (readonly [string, unknown, unknown])[] = [
		["absent", undefined, {}],
		["null", null, {}],
		["empty", {}, {}],
		["a text", "session", {}],
		["an array", ["session"], {}],
		["session alone", { session: "s" }, { session: "s" }],
		["a null session with a type", { session: null, type: "m.oauth" }, { type: "m.oauth" }],
		["an empty session", { session: "" }, {}],
		["a numeric session", { session: 1 }, {}],
		["both", { session: "s", type: unstable }, { session: "s", type: unstable }],
		["a stage of another kind", { type: "m.login.password", password: "p" }, { type: "m.login.password" }],
		["a type that is an object", { type: {}, session: "s" }, { session: "s" }],
		["a session through __proto__", JSON.parse('{"__proto__":{"session":"s"}}'), {}],
	];
	for (const [what, auth, expected] of cases)
		test(what, () => assert.deepEqual(parseUiaAuth(auth), expected));
});

describe("the challenge", () => {
	test("offers both stages with one URL, m.oauth first", () => {
		assert.deepEqual(oauthChallenge({ session: "uia_8f3c", url }), {
			session: "uia_8f3c",
			flows: [{ stages: ["m.oauth"] }, { stages: [unstable] }],
			params: { "m.oauth": { url }, [unstable]: { url } },
			completed: [],
		});
		assert.equal(oauthStages[0], "m.oauth");
	});

	test("says why the last attempt failed only if told", () => {
		const failed = oauthChallenge({
			session: "s",
			url,
			errcode: "M_FORBIDDEN",
			error: "The request was denied",
		});
		assert.deepEqual([failed.errcode, failed.error], ["M_FORBIDDEN", "The request was denied"]);
		assert.ok(!("errcode" in oauthChallenge({ session: "s", url, errcode: undefined })));
	});

	test("is read back as it was sent", () => {
		for (const challenge of [
			oauthChallenge({ session: "s", url }),
			oauthChallenge({ session: "s", url, errcode: "E", error: "e" }),
		]) {
			assert.deepEqual(parseUiaChallenge(JSON.parse(JSON.stringify(challenge))), challenge);
			assert.equal(approvalUrlOf(challenge), url);
		}
	});

	test("of another server is read with what it has", () => {
		const body = {
			flows: [{ stages: ["m.login.password"] }, null, { stages: [1] }],
			params: null,
			session: 5,
			msg: "x",
		};
		const expected = { flows: [{ stages: ["m.login.password"] }], params: {}, completed: [] };
		assert.deepEqual(parseUiaChallenge(body), expected);
		assert.deepEqual(parseUiaChallenge({ flows: [] }), { flows: [], params: {}, completed: [] });
	});

	for (const body of [null, [], "x", {}, { flows: {} }, { errcode: "M_UNKNOWN_TOKEN", error: "" }])
		test(`${JSON.stringify(body)} is none`, () => assert.equal(parseUiaChallenge(body), undefined));
});

describe("the approval URL", () => {
	const urlOf = (params: unknown, stages: readonly unknown[] = [["m.oauth"], [unstable]]) => {
		const challenge = parseUiaChallenge({ flows: stages.map((list) => ({ stages: list })), params });
		assert.ok(challenge);
		return approvalUrlOf(challenge);
	};

	test("is the stable stage's before the unstable one's", () => {
		assert.equal(urlOf({ [unstable]: { url: other }, "m.oauth": { url } }), url);
		assert.equal(urlOf({ [unstable]: { url: other } }), other);
	});

	test("is taken only from a stage that alone makes up a flow", () => {
		const params = { "m.oauth": { url }, [unstable]: { url: other } };
		assert.equal(urlOf(params, [[unstable]]), other);
		assert.equal(urlOf(params, [["m.login.password", "m.oauth"]]), undefined);
		assert.equal(urlOf(params, [["m.login.sso"]]), undefined);
	});

	test("falls to the other stage if the first one's cannot be opened", () => {
		assert.equal(urlOf({ "m.oauth": { url: "javascript:alert(1)" }, [unstable]: { url } }), url);
	});

	for (const bad of [
		"javascript:alert(1)",
		"https://bank@evil.example/",
		"element://approve",
		"",
		1,
		null,
		[url],
	])
		test(`is never ${JSON.stringify(bad)}`, () =>
			assert.equal(urlOf({ "m.oauth": { url: bad } }), undefined));

	test("does not come from __proto__", () => {
		assert.equal(urlOf(JSON.parse(`{"__proto__":{"m.oauth":{"url":"${url}"}}}`)), undefined);
	});
});

test("no answer crashes the readers", () => {
	const body = fc.oneof(fc.anything(), fc.record({ flows: fc.array(fc.anything()), params: fc.anything() }));
	fc.assert(
		fc.property(body, (input) => {
			parseUiaAuth(input);
			const challenge = parseUiaChallenge(input);
			if (challenge) assert.notEqual(approvalUrlOf(challenge), "");
		}),
	);
});
