/** What the checks say of one answer more or less, one millisecond sooner or later. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Config } from "../../config/index.ts";
import { examine, judgeAll } from "../examine.ts";
import type { Facts } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";
import { alike, isTurnedAway, keyOf, memberOf, type Question, type Reply, said } from "../question.ts";
import { setupOf } from "../setup.ts";
import { checks } from "./index.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const config: Config = {
	...{ host: "127.0.0.1", port: 8080, dataDirectory: "/data", openRegistration: false },
	...{ publicBase: "https://account.example.org/", serverName: "example.org", trustedProxies: ["127.0.0.1"] },
	homeserver: {
		...{ synapse: "http://127.0.0.1:8008/", publicBase: "https://matrix.example.org/" },
		...{ secret: "a-secret-of-two-servers", guard: true },
	},
};
const setupWith = (change: Partial<Config> = {}) =>
	setupOf(
		{ ...config, ...change },
		{
			...{ settingsFile: "/etc/c.yaml", also: [], unknownToken: "mat_unknown", proxyRules: new Map() },
			...{ asToken: () => "as-token", clock: () => now },
		},
	);
const answer = (
	status: number,
	json?: Record<string, unknown>,
	headers: Record<string, string> = {},
): Reply => ({
	...{ ok: true, status, json, text: JSON.stringify(json), headers, receivedAt: now },
});

function judge(id: string, facts: Partial<Facts>): readonly Finding[] | undefined {
	const check = checks.find((one) => one.id === id) ?? assert.fail(id);
	return check.judge({
		...{ setup: setupWith(), reply: () => answer(404), certificates: new Map(), data: { ok: true }, now },
		...facts,
	});
}

describe("a certificate", () => {
	const day = 86_400_000;
	const shown = (one: object) =>
		judge("certificate", {
			certificates: new Map([["https://account.example.org/", one as never]]),
		});

	test("is well for more than two weeks, and warned of from then on, in whole days", () => {
		assert.deepEqual(shown({ ok: true, validUntil: now + 14 * day + 1 }), []);
		assert.deepEqual(shown({ ok: true, validUntil: now + 14 * day }), [
			{
				verdict: "warning",
				what: "the certificate of the proxy in front of https://account.example.org/",
				found: "it ends in 14 days",
				fix: "renew the certificate of account.example.org and reload the proxy; look at why it was not renewed by itself",
			},
		]);
		assert.equal(shown({ ok: true, validUntil: now + 2 * day - 1 })?.[0]?.found, "it ends in 1 days");
	});

	test("that is not believed is a problem, with the cure for the reason", () => {
		const fix = (why: string) => {
			const [one] = shown({ ok: false, why }) ?? [];
			assert.deepEqual([one?.verdict, one?.found], ["problem", why]);
			return one?.fix ?? "";
		};
		assert.equal(
			fix("CERT_HAS_EXPIRED"),
			"renew the certificate of account.example.org and reload the proxy",
		);
		assert.match(fix("ERR_TLS_CERT_ALTNAME_INVALID"), /a certificate that names account\.example\.org/);
		assert.match(fix("SELF_SIGNED_CERT_IN_CHAIN"), /the whole chain/);
	});
});

describe("what Synapse is still to be told", () => {
	const minute = 60_000;
	const outbox = (waited: number | undefined, lastError?: string) =>
		judge("outbox", {
			data: {
				ok: true,
				outbox: {
					...{ waiting: 3, refused: 0 },
					...(waited !== undefined && { oldestAt: now - waited }),
					...(lastError !== undefined && { lastError }),
				},
			},
		});

	test("may wait for less than five minutes", () => {
		assert.deepEqual(outbox(undefined), []);
		assert.deepEqual(outbox(5 * minute - 1), []);
		assert.equal(outbox(5 * minute)?.[0]?.found, "3 waiting, the oldest for 5 minutes");
		assert.equal(
			outbox(7 * minute - 1, "timeout")?.[0]?.found,
			"3 waiting, the oldest for 6 minutes; the last answer: timeout",
		);
		assert.equal(outbox(5 * minute)?.[0]?.verdict, "problem");
	});

	test("is warned of where Synapse refused it for good", () => {
		const refused = (count: number, lastError?: string) =>
			judge("outbox-refused", {
				data: {
					ok: true,
					outbox: { waiting: 0, refused: count, ...(lastError !== undefined && { lastError }) },
				},
			});
		assert.deepEqual(refused(0), []);
		assert.equal(refused(2)?.[0]?.found, "2 refused for good");
		assert.equal(refused(1, "no")?.[0]?.found, "1 refused for good; the last answer: no");
		assert.equal(refused(1)?.[0]?.verdict, "warning");
	});

	test("is not looked at where the data cannot be read, and that is said", () => {
		const data = { ok: false, why: "no such file" } as const;
		for (const id of ["outbox", "outbox-refused", "closed-there"])
			assert.equal(judge(id, { data }), undefined, id);
		const [found] = judge("database", { data }) ?? [];
		assert.deepEqual(
			[found?.verdict, found?.what, found?.found],
			["problem", "data or database in /etc/c.yaml", "no such file"],
		);
		assert.deepEqual(judge("database", {}), []);
	});

	test("and who is closed there is named, five at most, and of how many", () => {
		const closed = (names: readonly string[], asked = 10, open = 10) =>
			judge("closed-there", { data: { ok: true, closedThere: { closed: names, asked, open } } })?.[0]?.found;
		assert.equal(closed([]), undefined);
		assert.equal(closed(["a"]), "1 closed in Synapse: a");
		assert.equal(closed(["a", "b", "c", "d", "e"]), "5 closed in Synapse: a, b, c, d, e");
		assert.equal(closed(["a", "b", "c", "d", "e", "f"]), "6 closed in Synapse: a, b, c, d, e and more");
		assert.equal(closed(["a"], 9, 10), "1 of the first 9 of 10 closed in Synapse: a");
	});

	test("nor is who lacks a second factor that is demanded, who is named otherwise, five at most", () => {
		const lack = (lacking: readonly string[], over = 0) =>
			judge("demanded-factors", { data: { ok: true, lackingFactor: { lacking, over } } })?.[0];
		assert.equal(judge("demanded-factors", { data: { ok: true } }), undefined);
		assert.equal(judge("demanded-factors", { data: { ok: false, why: "no such file" } }), undefined);
		assert.equal(lack([]), undefined);
		assert.equal(lack(["a"])?.found, "1 lack one, 0 of them with no time left: a");
		assert.equal(
			lack(["a", "b", "c", "d", "e", "f"], 2)?.found,
			"6 lack one, 2 of them with no time left: a, b, c, d, e and more",
		);
		assert.equal(lack(["a"])?.verdict, "warning");
	});

	test("and administrators by a service that can make them none no more are named, five at most", () => {
		const stray = (...names: readonly string[]) => {
			const strayAdministrators = names.map((localpart) => ({ localpart, service: "old" }));
			return judge("stray-administrators", { data: { ok: true, strayAdministrators } })?.[0]?.found;
		};
		const what = "administrators by services that are not set up, or have no admin_claims";
		assert.deepEqual(judge("stray-administrators", { data: { ok: true } }), []);
		assert.equal(stray(), undefined);
		assert.equal(stray("a"), `1 ${what}: a by old`);
		assert.match(stray("a", "b", "c", "d", "e") ?? "", /e by old$/);
		assert.match(stray("a", "b", "c", "d", "e", "f") ?? "", /e by old and more$/);
	});
});

describe("the application service", () => {
	const of = (id: string, reply: Reply, guard = true) =>
		judge(id, {
			setup: setupWith({
				homeserver: {
					...{ synapse: "http://127.0.0.1:8008/", publicBase: "https://matrix.example.org/" },
					...{ secret: "s".repeat(20), guard },
				},
			}),
			reply: ({ url }) => (url.includes("user_id=") ? reply : answer(200, { user_id: "@_c:example.org" })),
		});

	test("that Synapse does not know is a problem with the guard, and a warning without", () => {
		const unknown = (guard: boolean) =>
			judge("app-service", {
				setup: setupWith({
					homeserver: {
						...{ synapse: "http://127.0.0.1:8008/", publicBase: "https://matrix.example.org/" },
						...{ secret: "s".repeat(20), guard },
					},
				}),
				reply: () => answer(401, { errcode: "M_UNKNOWN_TOKEN" }),
			})?.[0];
		assert.deepEqual([unknown(true)?.verdict, unknown(false)?.verdict], ["problem", "warning"]);
		assert.match(
			unknown(true)?.found ?? "",
			/^GET http:\/\/127\.0\.0\.1:8008\/_matrix\/client\/v3\/account\/whoami -> 401 M_UNKNOWN_TOKEN: /,
		);
		assert.deepEqual(of("app-service", answer(200)), []);
	});

	test("may act for everybody unless Synapse says that it may not, or is broken", () => {
		const found = (reply: Reply) => of("app-service-namespace", reply)?.length;
		assert.equal(found(answer(403, { errcode: "M_FORBIDDEN", error: "User is not known" })), 0);
		assert.equal(found(answer(403, { errcode: "M_FORBIDDEN", error: "cannot MASQUERADE as" })), 1);
		assert.equal(found(answer(500, {})), 1);
		assert.equal(found({ ok: false, why: "timeout", timedOut: true }), 1);
	});

	test("tells which name Synapse has", () => {
		const found = (userId: string) =>
			judge("server-name", { reply: () => answer(200, { user_id: userId }) })?.[0]?.fix;
		assert.equal(found("@_c:example.org"), undefined);
		assert.match(found("@_c:other.example:8448") ?? "", /write server_name: other\.example:8448;/);
		assert.equal(judge("server-name", { reply: () => answer(200, {}) }), undefined);
	});
});

describe("a clock", () => {
	test("may differ by half a minute", () => {
		const found = (ahead: number) =>
			judge("clock", {
				reply: () => ({
					...answer(200, {}, { date: new Date(now).toUTCString() }),
					receivedAt: now - ahead,
				}),
			})?.[0]?.found;
		assert.equal(found(30_000), undefined);
		assert.equal(found(-30_000), undefined);
		assert.equal(found(30_001), "it is 30 seconds ahead of this machine's");
		assert.equal(found(-31_500), "it is 32 seconds behind this machine's");
		assert.deepEqual(judge("clock", { reply: () => answer(200, {}) }), [], "who says nothing of the time");
	});
});

describe("answers, as doctor reads them", () => {
	test("are said in few words, and never in lines of their own", () => {
		assert.equal(said({ ok: false, why: "timeout", timedOut: true }), "no answer (timeout)");
		assert.equal(said(answer(200)), "200");
		assert.equal(said(answer(401, { errcode: "M_X", error: "words" })), "401 M_X");
		assert.equal(said(answer(400, { error: "invalid_request" })), "400 invalid_request");
		assert.equal(said(answer(400, { error: "two words" })), "400");
		assert.equal(said(answer(400, { error: "x".repeat(61) })), "400");
		assert.equal(memberOf({ a: "one\ntwo" }, "a"), "onetwo");
		assert.deepEqual([memberOf({ a: 1 }, "a"), memberOf([], "a")], [undefined, undefined]);
	});

	test("are alike by status, body and where they lead, whatever the host and the order", () => {
		const redirect = (location: string) => answer(302, { a: 1, b: [{ c: 1, d: 2 }] }, { location });
		const other = answer(302, { b: [{ d: 2, c: 1 }], a: 1 }, { location: "https://two/x" });
		assert.equal(alike(redirect("http://one/x"), other), true);
		assert.equal(alike(redirect("http://one/y"), other), false);
		assert.equal(alike(redirect("/x"), other), true);
		assert.equal(alike(answer(200, { a: 1 }), answer(201, { a: 1 })), false);
		assert.equal(alike(answer(200, { a: 1 }), answer(200, { a: 2 })), false);
		const silent = { ok: false, why: "", timedOut: false } as const;
		assert.deepEqual([alike(silent, silent), alike(answer(200), silent)], [false, false]);
	});

	test("are a proxy's that turns away only where they are no JSON, and say to come later", () => {
		for (const status of [429, 503]) {
			assert.equal(isTurnedAway(answer(status)), true);
			assert.equal(isTurnedAway(answer(status, {})), false);
		}
		assert.equal(isTurnedAway(answer(502)), false);
		assert.equal(isTurnedAway({ ok: false, why: "", timedOut: true }), false);
	});
});

describe("an examination", () => {
	const check = (id: string, judged: Check["judge"], more: Partial<Check> = {}): Check => ({
		...{ id, promise: `${id} is well`, after: [], asks: () => [], judge: judged },
		...more,
	});
	const problem: Finding = { verdict: "problem", what: "w", found: "f", fix: "x" };
	const facts: Facts = {
		...{ setup: setupWith(), reply: () => answer(404), certificates: new Map(), data: { ok: true }, now },
	};

	test("leaves out what would repeat a problem, and what comes after that, and nothing after a warning", () => {
		const results = judgeAll(
			[
				check("first", () => [problem, { ...problem, verdict: "warning" }]),
				check("second", () => [], { after: ["first"] }),
				check("third", () => [], { after: ["second"] }),
				check("warned", () => [{ ...problem, verdict: "warning" }]),
				check("fourth", () => [], { after: ["warned"] }),
				check("nothing", () => undefined),
				check("elsewhere", () => [problem], { appliesTo: () => false }),
			],
			facts,
		);
		assert.deepEqual(results, [
			{ check: "first", ...problem },
			{ check: "first", ...problem, verdict: "warning" },
			{ check: "second", verdict: "left-out", because: ["first"] },
			{ check: "third", verdict: "left-out", because: ["second"] },
			{ check: "warned", ...problem, verdict: "warning" },
			{ check: "fourth", verdict: "ok", promise: "fourth is well" },
		]);
	});

	test("asks each question once, sixteen at a time, and no more where one waited in vain", async () => {
		const counts = new Map<string, number>();
		let [underWay, most] = [0, 0];
		const slow = "http://localhost:8009";
		const ask = async (question: Question): Promise<Reply> => {
			counts.set(keyOf(question), (counts.get(keyOf(question)) ?? 0) + 1);
			most = Math.max(most, ++underWay);
			await new Promise((resolve) => setImmediate(resolve));
			underWay--;
			return question.url.startsWith(slow)
				? { ok: false, why: "timeout", timedOut: true }
				: answer(404, {}, { "x-countersign-guard": "1" });
		};
		const withoutTls = setupWith({
			publicBase: "http://localhost:8080/",
			homeserver: {
				...{ synapse: "http://127.0.0.1:8008/", publicBase: `${slow}/`, secret: "s".repeat(20), guard: true },
			},
		});
		await examine({
			setup: withoutTls,
			ask,
			data: Promise.resolve({ ok: true }),
			mail: Promise.resolve(undefined),
			directory: Promise.resolve(undefined),
			clock: () => now,
		});
		assert.equal(most, 16);
		assert.ok([...counts.values()].every((count) => count === 1));
		const asked = [...counts.keys()].filter((key) => key.includes(slow));
		const all = checks.flatMap((one) => one.asks(withoutTls)).filter(({ url }) => url.startsWith(slow));
		assert.ok(asked.length < new Set(all.map(keyOf)).size, "most were under way when the first came back");
	});
});
