import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import type { Answer } from "../test/support/scripted-server.ts";
import { challenge, keys, stored, uploading } from "../test/support/uploading.ts";
import { virtualTime } from "../test/support/virtual-time.ts";
import { type Asked, uploadWithApproval } from "./index.ts";

const forbidden = { errcode: "M_FORBIDDEN", error: "Not this time" };

describe("an upload", () => {
	test("that nobody has to approve is one request", async (t) => {
		const { outcome, server, shown } = await uploading(t, [stored]);
		assert.deepEqual(await outcome, { outcome: "stored", approval: "not-needed" });
		assert.deepEqual(JSON.parse(server.seen[0]?.body ?? ""), keys);
		assert.equal(server.seen[0]?.path, "/_matrix/client/v3/keys/device_signing/upload");
		assert.equal(server.seen[0]?.headers.authorization, "Bearer AT");
		assert.equal(shown.length, 0);
	});

	test("is stored once somebody approves, after one showing", async (t) => {
		const { outcome, shown } = await uploading(t, [challenge(), challenge(), challenge(), stored]);
		assert.deepEqual(await outcome, { outcome: "stored", approval: "given" });
		assert.equal(shown.length, 1);
		assert.equal(shown[0]?.url, "http://auth.example/reset/1");
		assert.equal(shown[0]?.session, "S1");
		assert.equal(shown[0]?.attempt, 1);
		assert.equal(shown[0]?.fingerprint, "sL9c KvpM K8LM s9RM Du+D 8CBq 43Py nLaO 5HP0 nUIh pIU");
	});

	test("goes on with what an earlier run was asked, and shows it again", async (t) => {
		let asked: Asked | undefined;
		const onAsked = async (one: Asked) => {
			asked = one;
		};
		const first = await uploading(t, [challenge(), stored], { onAsked });
		await first.outcome;
		const { outcome, shown, auths } = await uploading(t, [challenge(), stored], { asked });
		assert.deepEqual(await outcome, { outcome: "stored", approval: "given" });
		assert.deepEqual(auths(), [{ session: "S1" }, { session: "S1", type: "m.oauth" }]);
		assert.deepEqual(
			shown.map(({ url }) => url),
			[asked?.url],
		);
	});

	test("repeats the same key bytes, with the session alone and with the stage by turns", async (t) => {
		const { outcome, server, auths } = await uploading(t, [
			challenge(),
			challenge(),
			challenge(),
			challenge(),
			stored,
		]);
		await outcome;
		const typed = { session: "S1", type: "m.oauth" };
		assert.deepEqual(auths(), [undefined, { session: "S1" }, typed, { session: "S1" }, typed]);
		const sent = JSON.stringify(keys).slice(0, -1);
		assert.ok(server.seen.every(({ body }) => body.startsWith(sent)));
	});

	test("keeps its keys although the caller's object changes meanwhile", async (t) => {
		const mine = structuredClone(keys);
		const present = () => void mine.master_key.usage.push("changed");
		const { outcome, server } = await uploading(t, [challenge(), stored], { keys: mine, present });
		await outcome;
		assert.ok(server.seen.every(({ body }) => !body.includes("changed")));
	});

	test("names the unstable stage where only that is offered", async (t) => {
		const only = challenge({ flows: [{ stages: ["org.matrix.cross_signing_reset"] }] });
		const { outcome, auths } = await uploading(t, [only, only, stored]);
		await outcome;
		assert.deepEqual(auths()[2], { session: "S1", type: "org.matrix.cross_signing_reset" });
	});

	test("names the stage whose page was opened where the other one's must not be", async (t) => {
		const url = "http://auth.example/reset/unstable";
		const params = { "m.oauth": { url: "javascript:1" }, "org.matrix.cross_signing_reset": { url } };
		const mixed = challenge({ params });
		const { outcome, auths, shown } = await uploading(t, [mixed, mixed, stored]);
		await outcome;
		assert.equal(shown[0]?.url, url);
		assert.deepEqual(auths()[2], { session: "S1", type: "org.matrix.cross_signing_reset" });
	});

	test("goes on without a session where the server keeps none", async (t) => {
		const none = challenge({ session: null });
		const { outcome, auths } = await uploading(t, [none, none, stored]);
		await outcome;
		assert.deepEqual(auths(), [undefined, undefined, { type: "m.oauth" }]);
	});

	test("follows the newest session, and shows a new page as a new attempt", async (t) => {
		const second = challenge({ session: "S2" }, "http://auth.example/reset/2");
		const { outcome, shown, auths } = await uploading(t, [
			challenge(),
			challenge({ session: "S1b" }),
			second,
			stored,
		]);
		await outcome;
		assert.deepEqual(
			shown.map(({ url, attempt }) => [url, attempt]),
			[
				["http://auth.example/reset/1", 1],
				["http://auth.example/reset/2", 2],
			],
		);
		assert.deepEqual(auths().slice(2), [{ session: "S1b", type: "m.oauth" }, { session: "S2" }]);
	});

	test("does not open page after page for a server that keeps changing its mind", async (t) => {
		const { outcome, shown } = await uploading(t, (_, nth) => challenge({}, `http://auth.example/${nth}`));
		await expectCode(outcome, "challenge-unsupported");
		assert.equal(shown.length, 10);
	});

	test("needs at least one key", async () => {
		const options = { homeserver: "http://a.example", accessToken: async () => "AT", present: () => {} };
		await assert.rejects(uploadWithApproval({ ...options, keys: {} }), TypeError);
	});
});

describe("a homeserver without approvals", () => {
	const alice = "@alice:example.org";
	const asking = (...stages: string[]) => challenge({ flows: [{ stages }], params: {} });
	const wrong = challenge({ flows: [{ stages: ["m.login.password"] }], ...forbidden });

	test("is given the password that the person types, and nothing is shown", async (t) => {
		const ask = async () => "correct horse";
		const script = [asking("m.login.password"), stored];
		const { outcome, auths, shown } = await uploading(t, script, { password: { userId: alice, ask } });
		await outcome;
		const identifier = { type: "m.id.user", user: alice };
		const given = { type: "m.login.password", session: "S1", identifier, password: "correct horse" };
		assert.deepEqual(auths(), [undefined, given]);
		assert.equal(shown.length, 0);
	});

	test("may say three times that it is wrong", async (t) => {
		const attempts: number[] = [];
		const ask = async (attempt: number) => `guess ${attempts.push(attempt)}`;
		const script = [asking("m.login.password"), wrong, wrong, wrong, stored];
		const { outcome } = await uploading(t, script, { password: { userId: alice, ask } });
		assert.equal((await expectCode(outcome, "approval-denied")).safe, true);
		assert.deepEqual(attempts, [1, 2, 3]);
	});

	test("gets no password from a person who would rather not", async (t) => {
		const ask = async () => undefined;
		const { outcome, server } = await uploading(t, [asking("m.login.password")], {
			password: { userId: alice, ask },
		});
		assert.equal((await expectCode(outcome, "approval-denied")).safe, true);
		assert.equal(server.seen.length, 1);
	});

	test("that asks for nothing gets its answer at once", async (t) => {
		const { outcome, auths, askedAt } = await uploading(t, [asking("m.login.dummy"), stored]);
		await outcome;
		assert.deepEqual(auths()[1], { type: "m.login.dummy", session: "S1" });
		assert.deepEqual(askedAt, [0, 1000]);
	});

	for (const stage of ["m.login.sso", "org.example/new"])
		test(`has a page for ${stage}, which shows no fingerprint, and the session alone is its answer`, async (t) => {
			const { outcome, shown, auths, server } = await uploading(t, [
				asking(stage),
				asking(stage),
				asking(stage),
				stored,
			]);
			await outcome;
			const page = `${server.url}/_matrix/client/v3/auth/${encodeURIComponent(stage)}/fallback/web?session=S1`;
			assert.deepEqual(
				shown.map(({ url, fingerprint }) => [url, fingerprint]),
				[[page, undefined]],
			);
			assert.deepEqual(auths().slice(1), [{ session: "S1" }, { session: "S1" }, { session: "S1" }]);
		});

	test("is led through the stages of its shortest flow, by those that are left", async (t) => {
		const flows = [{ stages: ["m.login.sso"] }, { stages: ["m.login.password", "m.login.dummy"] }];
		const script = [challenge({ flows }), challenge({ flows, completed: ["m.login.password"] }), stored];
		const password = { userId: alice, ask: async () => "p" };
		const { outcome, auths, shown } = await uploading(t, script, { password });
		await outcome;
		assert.deepEqual(
			auths().map((auth) => Object(auth).type),
			[undefined, "m.login.password", "m.login.dummy"],
		);
		assert.equal(shown.length, 0);
	});

	test("without session has no page", async (t) => {
		const { outcome } = await uploading(t, [
			challenge({ flows: [{ stages: ["m.login.sso"] }], session: undefined }),
		]);
		await expectCode(outcome, "challenge-unsupported");
	});
});

describe("an upload ends with", () => {
	const ends: readonly (readonly [string, Answer, Parameters<typeof expectCode>[1]])[] = [
		["a denial to a client without session", { status: 403, body: forbidden }, "approval-denied"],
		["a denial inside a challenge", challenge(forbidden), "approval-denied"],
		[
			"keys the server refuses",
			{ status: 400, body: { errcode: "M_INVALID_SIGNATURE", error: "" } },
			"keys-rejected",
		],
		[
			"keys that are too large",
			{ status: 413, body: { errcode: "M_TOO_LARGE", error: "" } },
			"keys-rejected",
		],
		["a locked account", { status: 401, body: { errcode: "M_USER_LOCKED", error: "" } }, "http-status"],
		["a guest", { status: 403, body: { errcode: "M_GUEST_ACCESS_FORBIDDEN", error: "" } }, "http-status"],
		["an unknown endpoint", { status: 404, body: { errcode: "M_UNRECOGNIZED", error: "" } }, "http-status"],
		[
			"only password stages",
			challenge({ flows: [{ stages: ["m.login.password"] }] }),
			"challenge-unsupported",
		],
		["a script as page", challenge({}, "javascript:alert(1)"), "bad-approval-url"],
		["a page with credentials", challenge({}, "https://auth.example@evil.example/"), "bad-approval-url"],
	];
	for (const [what, answer, code] of ends) {
		test(`${what}: at once, and while waiting`, async (t) => {
			const atOnce = await uploading(t, [answer]);
			assert.equal((await expectCode(atOnce.outcome, code)).safe, true);
			const waiting = await uploading(t, [challenge(), answer]);
			assert.equal((await expectCode(waiting.outcome, code)).safe, true);
			const last = waiting.auths().slice(2);
			assert.ok(
				last.length === 0 || (last.length === 1 && last[0] === undefined),
				"no answer but the keys alone",
			);
		});
	}

	test("the server's own words beside the code", async (t) => {
		const { outcome } = await uploading(t, [challenge(), { status: 403, body: forbidden }]);
		const error = await expectCode(outcome, "approval-denied");
		assert.equal(error.matrix?.error, "Not this time");
		assert.equal(error.status, 403);
	});

	test("the stages it could not do", async (t) => {
		const flows = [{ stages: ["m.login.password", "m.login.dummy"] }, { stages: ["m.login.password"] }];
		const { outcome } = await uploading(t, [challenge({ flows })]);
		const error = await expectCode(outcome, "challenge-unsupported");
		assert.deepEqual(error.stages, ["m.login.password", "m.login.dummy"]);
	});

	test("a plain http page, unless the homeserver is plain http itself", async () => {
		const fetch = async () => new Response(JSON.stringify(Object(challenge()).body), { status: 401 });
		const upload = uploadWithApproval({
			homeserver: "https://matrix.example",
			accessToken: async () => "AT",
			keys,
			present: () => {},
			fetch,
		});
		await expectCode(upload, "bad-approval-url");
	});

	test("whatever present throws, at once or later", async (t) => {
		for (const present of [
			() => {
				throw new RangeError("no display");
			},
			async () => {
				await new Promise((resolve) => setImmediate(resolve));
				throw new RangeError("no display");
			},
		]) {
			const { outcome } = await uploading(t, [challenge()], { present });
			await assert.rejects(outcome, RangeError);
		}
	});
});

describe("the token", () => {
	const unknown: Answer = { status: 401, body: { errcode: "M_UNKNOWN_TOKEN", error: "", soft_logout: true } };

	test("is asked for at every attempt, and replaced when the server does not know it", async (t) => {
		const hints: unknown[] = [];
		const accessToken = async (hint?: { readonly rejected: string }) => {
			hints.push(hint);
			return `AT${hints.length}`;
		};
		const { outcome, server } = await uploading(t, [challenge(), unknown, stored], { accessToken });
		assert.deepEqual(await outcome, { outcome: "stored", approval: "given" });
		assert.deepEqual(hints, [undefined, undefined, { rejected: "AT2" }]);
		assert.deepEqual(
			server.seen.map(({ headers }) => headers.authorization),
			["Bearer AT1", "Bearer AT2", "Bearer AT3"],
		);
		assert.equal(server.seen[1]?.body, server.seen[2]?.body);
	});

	test("that is refused twice means logged out", async (t) => {
		let nth = 0;
		const { outcome, server } = await uploading(t, [unknown], { accessToken: async () => `AT${nth++}` });
		assert.equal((await expectCode(outcome, "logged-out")).safe, true);
		assert.equal(server.seen.length, 2);
	});

	test("that cannot be replaced is not tried again", async (t) => {
		const { outcome, server } = await uploading(t, [unknown]);
		await expectCode(outcome, "logged-out");
		assert.equal(server.seen.length, 1);
	});

	test("may fail for a caller's own reason", async (t) => {
		const accessToken = async () => assert.fail("no token");
		const { outcome } = await uploading(t, [stored], { accessToken });
		await assert.rejects(outcome, assert.AssertionError);
	});
});

test("an upload can be aborted before, during and between requests", async (t) => {
	const before = await uploading(t, [stored], { signal: AbortSignal.abort() });
	assert.equal((await expectCode(before.outcome, "aborted")).safe, true);
	assert.equal(before.server.seen.length, 0);

	const between = new AbortController();
	const time = virtualTime();
	time.at(1_000, () => between.abort());
	const waiting = await uploading(t, [challenge()], { signal: between.signal }, time);
	assert.equal((await expectCode(waiting.outcome, "aborted")).safe, true);
	assert.equal(waiting.server.seen.length, 1);

	const during = new AbortController();
	const answer = (_: unknown, nth: number): Answer => {
		if (nth === 1) during.abort();
		return challenge();
	};
	const sending = await uploading(t, answer, { signal: during.signal });
	assert.equal((await expectCode(sending.outcome, "aborted")).safe, false);
});

describe("a refusal", () => {
	const oldSession = { status: 400, body: { errcode: "M_INVALID_PARAM", error: "Invalid session" } };

	test("inside the challenge, of a named stage, is no denial where the keys alone are only challenged", async (t) => {
		const script = [challenge(), challenge(), challenge(forbidden), challenge({ session: "S2" }), stored];
		const { outcome, auths, shown } = await uploading(t, script);
		await outcome;
		const named = { session: "S1", type: "m.oauth" };
		assert.deepEqual(auths(), [undefined, { session: "S1" }, named, undefined, { session: "S2" }]);
		assert.equal(shown.length, 1);
	});

	test("inside the challenge, of a named stage, is a denial where the keys alone are refused as well", async (t) => {
		const script = [challenge(), challenge(), challenge(forbidden), challenge(forbidden)];
		const { outcome, server } = await uploading(t, script);
		assert.equal((await expectCode(outcome, "approval-denied")).safe, true);
		assert.equal(server.seen.length, 4);
	});

	test("of a session that the server has forgotten asks anew, and shows the page again", async (t) => {
		for (const forgotten of [oldSession, { status: 403, body: forbidden }]) {
			const script = [challenge(), challenge(), forgotten, challenge({ session: "S2" }), stored];
			const { outcome, auths, shown } = await uploading(t, script);
			await outcome;
			assert.deepEqual(auths().slice(3), [undefined, { session: "S2" }]);
			assert.deepEqual(
				shown.map(({ session, attempt }) => [session, attempt]),
				[
					["S1", 1],
					["S2", 2],
				],
			);
		}
	});
});
