import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
	approvalOf,
	oauthChallenge,
	oauthStages,
	offersApproval,
	parseUiaAuth,
	parseUiaChallenge,
} from "./index.ts";

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

	test("has words for people only if told", () => {
		assert.equal(oauthChallenge({ session: "s", url, msg: "Look there" }).msg, "Look there");
		assert.ok(!("msg" in oauthChallenge({ session: "s", url })));
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
			assert.deepEqual(approvalOf(challenge), { stage: "m.oauth", url });
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

describe("the approval", () => {
	const challengeWith = (params: unknown, stages: readonly unknown[] = [["m.oauth"], [unstable]]) => {
		const challenge = parseUiaChallenge({ flows: stages.map((list) => ({ stages: list })), params });
		assert.ok(challenge);
		return challenge;
	};
	const approvalWith = (...asked: Parameters<typeof challengeWith>) => approvalOf(challengeWith(...asked));

	test("is the stable stage's before the unstable one's", () => {
		const both = { [unstable]: { url: other }, "m.oauth": { url } };
		assert.deepEqual(approvalWith(both), { stage: "m.oauth", url });
		assert.deepEqual(approvalWith({ [unstable]: { url: other } }), { stage: unstable, url: other });
	});

	test("is taken only from a stage that alone makes up a flow", () => {
		const params = { "m.oauth": { url }, [unstable]: { url: other } };
		assert.deepEqual(approvalWith(params, [[unstable]]), { stage: unstable, url: other });
		assert.equal(approvalWith(params, [["m.login.password", "m.oauth"]]), undefined);
		assert.equal(approvalWith(params, [["m.login.sso"]]), undefined);
	});

	test("names the stage whose page it is, if the first one's cannot be opened", () => {
		const params = { "m.oauth": { url: "javascript:alert(1)" }, [unstable]: { url } };
		assert.deepEqual(approvalWith(params), { stage: unstable, url });
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
		test(`never has the URL ${JSON.stringify(bad)}, though it is offered`, () => {
			const challenge = challengeWith({ "m.oauth": { url: bad } });
			assert.equal(approvalOf(challenge), undefined);
			assert.ok(offersApproval(challenge));
		});

	test("is not offered by a flow that asks for more, or for something else", () => {
		const params = { "m.oauth": { url } };
		for (const stages of [["m.login.password", "m.oauth"], ["m.oauth", "m.oauth"], ["m.login.sso"], []])
			assert.ok(!offersApproval(challengeWith(params, [stages])), String(stages));
	});

	test("does not come from __proto__", () => {
		assert.equal(approvalWith(JSON.parse(`{"__proto__":{"m.oauth":{"url":"${url}"}}}`)), undefined);
	});
});

test("no answer crashes the readers", () => {
	const body = fc.oneof(fc.anything(), fc.record({ flows: fc.array(fc.anything()), params: fc.anything() }));
	fc.assert(
		fc.property(body, (input) => {
			parseUiaAuth(input);
			const challenge = parseUiaChallenge(input);
			if (challenge && approvalOf(challenge)) assert.ok(offersApproval(challenge));
		}),
	);
});
