import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId, makeUserId } from "@countersign/protocol";
import { json } from "../http/index.ts";
import type { AuthenticateToken, Caller } from "./authenticate.ts";
import type { Call, Endpoint, SessionUnit, Visit } from "./endpoint.ts";
import { serveEndpoints } from "./serve-endpoints.ts";

const caller: Caller = {
	tokenHash: "hash",
	...{ accountId: asAccountId("a"), localpart: "alice", userId: makeUserId("alice", "x") },
	...{ sessionId: asSessionId("s"), deviceId: asDeviceId("PHONEAAAAA"), clientId: "c" },
	scope: "urn:matrix:client:api:* urn:matrix:client:device:PHONEAAAAA",
};

type Known = Awaited<ReturnType<AuthenticateToken>>;

/** Endpoints of each kind, whose caller is what `known` says when it is asked. */
function served({
	known = () => ({ ok: true, caller }),
	signedIn = true,
}: {
	known?: (time: number) => Known;
	signedIn?: boolean;
} = {}) {
	const asked: unknown[] = [];
	const calls: (Call<unknown, SessionUnit> | Visit)[] = [];
	const answer = (call: Call<unknown, SessionUnit>) => {
		calls.push(call);
		return json(200, { got: call.body ?? null });
	};
	const at = (name: string) => ({ method: "POST", paths: [`/${name}/:part`, `/${name}`] }) as const;
	const endpoints: readonly Endpoint<SessionUnit>[] = [
		{ ...at("nothing"), takes: "nothing", answer },
		{ ...at("json"), takes: "json", answer },
		{ ...at("strict"), takes: "strict-json", answer },
		{ ...at("small"), takes: "json", limitBytes: 10, answer },
		{
			...at("open"),
			takes: "no-token",
			answer: (visit) => {
				calls.push(visit);
				return json(200, {});
			},
		},
		{
			...at("write"),
			takes: "nothing",
			answer: async ({ write }) => {
				const written = await write(async () => "done");
				return written instanceof Response ? written : json(200, { written });
			},
		},
	];
	const app = serveEndpoints(endpoints, {
		authenticate: async (...question) => known(asked.push(question)),
		storage: { write: async (work) => work({ sessions: { isSignedIn: async () => signedIn } }) },
		log: { error: (facts) => assert.fail(String((facts as { err: unknown }).err)) },
		owned: ["/*"],
	});
	const stopping = new AbortController();
	return {
		...{ asked, calls, stopping },
		async ask(
			path: string,
			body?: string,
			headers: Readonly<Record<string, string>> = { authorization: "Bearer T" },
		) {
			const request = new Request(`http://x${path}`, {
				method: "POST",
				headers,
				...(body !== undefined && { body }),
			});
			const answered = await app.fetch(request, { address: "192.0.2.1", stopping: stopping.signal });
			return { status: answered.status, body: (await answered.json()) as Readonly<Record<string, unknown>> };
		},
	};
}

describe("an endpoint of the Matrix API", () => {
	test("does nothing for a token that is of no device, and says so", async () => {
		const without = { ...caller, deviceId: null };
		const { ask, calls } = served({ known: () => ({ ok: true, caller: without }) });
		for (const path of ["/nothing", "/json"]) {
			const { status, body } = await ask(path, "{}");
			assert.deepEqual([status, body.errcode], [403, "M_FORBIDDEN"], path);
		}
		assert.deepEqual(calls, []);
	});

	test("is told who calls, of where, with which query and which part of the path", async () => {
		const { ask, asked, calls } = served();
		await ask("/nothing/a%2Fb?c=d", undefined, { authorization: "Bearer T", "user-agent": "App/1" });
		const [call] = calls as readonly Call<unknown, SessionUnit>[];
		assert.ok(call);
		assert.deepEqual(asked, [["T", { address: "192.0.2.1" }]]);
		assert.deepEqual(
			[call.caller, call.body, call.address, call.userAgent],
			[caller, undefined, "192.0.2.1", "App/1"],
		);
		assert.deepEqual([call.query.get("c"), call.param("part"), call.param("none")], ["d", "a/b", ""]);
	});

	test("ends what it holds back when the server stops, and may ask again who calls", async () => {
		const { ask, calls, stopping } = served({
			known: (time) => (time === 1 ? { ok: true, caller } : { ok: false, reason: "ended" }),
		});
		await ask("/nothing");
		const [call] = calls as readonly Call<unknown, SessionUnit>[];
		const until = call?.until();
		assert.equal(until?.aborted, false);
		stopping.abort();
		assert.equal(until.aborted, true);
		assert.equal((await call?.checkAgain())?.status, 401);
		const { ask: again, calls: others } = served();
		await again("/nothing");
		assert.equal(await (others as readonly Call<unknown, SessionUnit>[])[0]?.checkAgain(), undefined);
	});

	test("open to everybody asks nobody, and gets the request as it came", async () => {
		const { ask, asked, calls } = served();
		assert.equal((await ask("/open/x", "not json", {})).status, 200);
		const [visit] = calls as readonly Visit[];
		assert.deepEqual([asked, visit?.address, visit?.param("part")], [[], "192.0.2.1", "x"]);
		assert.equal(await visit?.request.text(), "not json");
	});

	const reads = [
		["/json", '{"a":1,"a":2}', 200, undefined],
		["/strict", '{"a":1,"a":2}', 400, "M_BAD_JSON"],
		["/strict", '{"a":1}', 200, undefined],
		["/json", "[1]", 400, "M_BAD_JSON"],
		["/json", "{", 400, "M_NOT_JSON"],
		["/json", "\ufeff{}", 400, "M_NOT_JSON"],
		["/small", '{"a":"56"}', 200, undefined],
		["/small", '{"a":"567"}', 413, "M_TOO_LARGE"],
		["/json", `{"a":"${"x".repeat(65_536 - 8)}"}`, 200, undefined],
		["/json", `{"a":"${"x".repeat(65_537 - 8)}"}`, 413, "M_TOO_LARGE"],
	] as const;
	for (const [path, sent, status, errcode] of reads)
		test(`${path} with ${sent.length} bytes ${sent.slice(0, 14)} is ${status} ${errcode ?? ""}`, async () => {
			const answer = await served().ask(path, sent);
			assert.equal(answer.status, status, JSON.stringify(answer.body));
			if (status !== 200) assert.equal(answer.body.errcode, errcode);
		});

	test("says what is the matter with a body", async () => {
		const { ask } = served();
		assert.equal((await ask("/small", '{"a":"567"}')).body.error, "The body is longer than 10 bytes");
		assert.equal((await ask("/json", "[]")).body.error, "Content must be a JSON object");
		const packed = { authorization: "Bearer T", "content-encoding": "gzip" };
		assert.deepEqual(await ask("/json", "{}", packed), {
			status: 400,
			body: { errcode: "M_NOT_JSON", error: "Content is not plain JSON in UTF-8" },
		});
	});

	test("is asked for nothing by who was signed out before the body came, or after", async () => {
		for (const ends of [1, 2]) {
			const { ask, calls, asked } = served({
				known: (time) => (time < ends ? { ok: true, caller } : { ok: false, reason: "ended" }),
			});
			const answer = await ask("/json", "{}");
			assert.deepEqual([answer.status, answer.body.errcode, calls.length], [401, "M_UNKNOWN_TOKEN", 0]);
			assert.equal(asked.length, ends);
		}
	});

	test("gets the caller as the second look knows them", async () => {
		const renamed = { ...caller, localpart: "later" };
		const { ask, calls } = served({ known: (time) => ({ ok: true, caller: time === 1 ? caller : renamed }) });
		await ask("/json", "{}");
		assert.equal((calls as readonly Call<unknown, SessionUnit>[])[0]?.caller.localpart, "later");
	});

	test("writes for who is signed in within the transaction, and for nobody else", async () => {
		assert.deepEqual(await served().ask("/write"), { status: 200, body: { written: "done" } });
		const ended = await served({
			signedIn: false,
			known: (time) => (time === 1 ? { ok: true, caller } : { ok: false, reason: "ended" }),
		}).ask("/write");
		assert.deepEqual([ended.status, ended.body.error], [401, "This session has ended"]);
		const back = await served({ signedIn: false }).ask("/write");
		assert.deepEqual(
			[back.status, back.body.error, back.body.soft_logout],
			[401, "The access token has expired", true],
		);
	});

	const unknown = { errcode: "M_UNKNOWN_TOKEN" } as const;
	const refusals = {
		unknown: { ...unknown, error: "Unknown access token", soft_logout: false },
		ended: { ...unknown, error: "This session has ended", soft_logout: false },
		expired: { ...unknown, error: "The access token has expired", soft_logout: true },
		"device-kept": {
			...{ ...unknown, soft_logout: true },
			error: "This session has ended. Signing in again as the same device keeps its keys",
		},
		locked: { errcode: "M_USER_LOCKED", error: "This account is locked", soft_logout: true },
	} as const;
	for (const [reason, body] of Object.entries(refusals) as [keyof typeof refusals, object][])
		test(`refuses a token that is ${reason} in the words of the API`, async () => {
			assert.deepEqual(await served({ known: () => ({ ok: false, reason }) }).ask("/nothing"), {
				status: 401,
				body,
			});
		});

	test("refuses who shows no token, and a token for something else", async () => {
		const { ask, asked } = served();
		assert.deepEqual(await ask("/nothing", undefined, {}), {
			status: 401,
			body: {
				errcode: "M_MISSING_TOKEN",
				error: "An access token is needed, in one Authorization header",
			},
		});
		assert.deepEqual(asked, []);
		const other = served({ known: () => ({ ok: true, caller: { ...caller, scope: "openid" } }) });
		assert.deepEqual(await other.ask("/nothing"), {
			status: 401,
			body: { ...unknown, error: "The access token is not for this API", soft_logout: false },
		});
	});
});
