import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Config } from "../../config/index.ts";
import { judgeAll, type Result } from "../examine.ts";
import type { Facts } from "../facts.ts";
import { type Question, type Reply, said } from "../question.ts";
import { report } from "../report.ts";
import { type Setup, setupOf } from "../setup.ts";
import { checks } from "./index.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const secret = "a-secret-of-two-servers";

const config: Config = {
	...{ host: "127.0.0.1", port: 8080, dataDirectory: "/data", openRegistration: false },
	...{ publicBase: "https://account.example.org/", serverName: "example.org", trustedProxies: ["127.0.0.1"] },
	homeserver: {
		...{ synapse: "http://127.0.0.1:8008/", publicBase: "https://matrix.example.org/" },
		...{ secret, guard: true },
	},
};

function setup(change: Partial<Config> = {}): Setup {
	return setupOf(
		{ ...config, ...change },
		{
			settingsFile: "/etc/countersign.yaml",
			also: [],
			unknownToken: "mat_unknown",
			proxyRules: new Map(),
			asToken: () => "as-token",
			clock: () => now,
		},
	);
}

function answer(status: number, json: Record<string, unknown> = {}): Reply {
	return { ok: true, status, json, text: JSON.stringify(json), headers: {}, receivedAt: now };
}

/** What one check says of these answers, others aside. */
function judge(id: string, facts: Partial<Facts> & { readonly answers?: (question: Question) => Reply }) {
	const check = checks.find((one) => one.id === id);
	assert.ok(check !== undefined, id);
	return check.judge({
		...{ setup: setup(), reply: facts.answers ?? (() => answer(404)), certificates: new Map() },
		...{ data: { ok: true }, now },
		...facts,
	});
}

test("every check stands behind those it comes after, so that it can be left out", () => {
	const seen = new Set<string>();
	for (const { id, after } of checks) {
		assert.ok(!seen.has(id), `${id} is there twice`);
		for (const each of after) assert.ok(seen.has(each), `${id} stands before ${each}`);
		seen.add(id);
	}
});

test("the documentation has a cure for every check, and for no other", () => {
	const text = readFileSync(join(import.meta.dirname, "../../../../../docs/synapse.md"), "utf8");
	const cures = text.slice(text.indexOf("## What doctor says"));
	const described = [...cures.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
	assert.deepEqual(described.sort(), checks.map(({ id }) => id).sort());
});

test("a check asks for everything it judges by, on every kind of set-up", () => {
	const { homeserver: _, ...embedded } = config;
	const setups = [
		setup(),
		setup({ ...embedded }),
		{ ...setup(), also: ["https://matrix.example.org:8448/"] },
	];
	for (const one of setups) {
		for (const check of checks) {
			const asked = check.asks(one).map((question) => JSON.stringify(question));
			const reply = (question: Question) => {
				assert.ok(asked.includes(JSON.stringify(question)), `${check.id} does not ask ${question.url}`);
				return answer(200, { errcode: "M_UNKNOWN" });
			};
			check.judge({ setup: one, reply, certificates: new Map(), data: { ok: true }, now });
		}
	}
});

test("without a Synapse nothing is said of one", () => {
	const { homeserver: _, ...embedded } = config;
	const one = setupOf(embedded, {
		settingsFile: undefined,
		also: [],
		unknownToken: "",
		proxyRules: new Map(),
		asToken: () => "",
		clock: () => now,
	});
	const results = judgeAll(checks, {
		setup: one,
		reply: () => answer(404),
		certificates: new Map(),
		data: { ok: true },
		now,
	});
	assert.ok(results.every(({ check }) => !/synapse|guard|app-service|shared-secret/.test(check)));
	assert.deepEqual(one.settingsFile, "the environment (COUNTERSIGN_...)");
});

test("passwords over plain http are a problem, except on this very machine", () => {
	const found = (publicBase: string) => judge("https", { setup: setup({ publicBase }) });
	assert.equal(found("http://account.example.org/")?.[0]?.verdict, "problem");
	assert.match(
		found("http://account.example.org/")?.[0]?.fix ?? "",
		/public_base: https:\/\/account\.example\.org\//,
	);
	assert.deepEqual(found("http://localhost:8081/"), []);
	assert.deepEqual(found("http://127.0.0.1/"), []);
	assert.equal(found("http://localhost.example.org/")?.length, 1);
});

test("a mail server that takes nothing is a problem, one that nobody encrypts to a warning, except on this very machine", () => {
	const found = (host: string, mail: Facts["mail"]) =>
		judge("mail", { setup: setup({ email: { host, port: 25, security: "none", from: "a@x.org" } }), mail });
	const failure = "the mail server did not answer in time";
	const [problem] = found("mail.x", { ok: false, failure }) ?? [];
	assert.deepEqual([problem?.verdict, problem?.found], ["problem", `mail.x:25: ${failure}`]);
	assert.equal(found("mail.x", { ok: true, encrypted: false })?.[0]?.verdict, "warning");
	for (const host of ["127.0.0.1", "localhost", "::1"])
		assert.deepEqual(found(host, { ok: true, encrypted: false }), []);
	assert.deepEqual(found("mail.x", { ok: true, encrypted: true }), []);
	assert.equal(found("mail.x", undefined), undefined);
});

test("a directory is named by how far it lets one come, each with its setting; nobody to let in is a warning", () => {
	const ldap = {
		...{ url: "ldaps://ldap.x", starttls: false, base: "dc=x", filter: "(uid={username})" },
		...{ idAttribute: "entryUUID", nameAttribute: "uid", newAccounts: true, timeoutMs: 5_000 },
	};
	const found = (directory: Facts["directory"]) => judge("directory", { setup: setup({ ldap }), directory });
	const settings = [
		["connection", /^ldap\.url in /],
		["encryption", /ldap\.ca_file in /],
		["bind", /^ldap\.bind_dn or ldap\.bind_password in /],
		["base", /^ldap\.base in /],
		["search", /^ldap\.bind_dn or ldap\.required_filter in /],
	] as const;
	for (const [at, what] of settings) {
		const [problem] = found({ ok: false, at, failure: "Busy (51)" }) ?? [];
		assert.deepEqual([problem?.verdict, problem?.found], ["problem", `ldaps://ldap.x: ${at}: Busy (51)`]);
		assert.match(problem?.what ?? "", what);
	}
	assert.deepEqual(found({ ok: true, hasSomebody: true }), []);
	assert.equal(found({ ok: true, hasSomebody: false })?.[0]?.verdict, "warning");
	assert.equal(found(undefined), undefined);
});

test("an old Synapse is named, with the version it needs", () => {
	const found = (version: string) =>
		judge("synapse-version", { answers: () => answer(200, { server_version: version }) });
	assert.match(found("1.145.0")?.[0]?.fix ?? "", /1\.146/);
	assert.equal(found("1.99.0rc1")?.length, 1);
	for (const enough of ["1.146.0", "1.163.2", "2.0.0"]) assert.deepEqual(found(enough), []);
});

test("a Synapse that delegates and lacks the calls is too old, one that does not delegate is told how", () => {
	const unknown = answer(404, { errcode: "M_UNRECOGNIZED" });
	const found = (issuer: Record<string, unknown>) =>
		judge("delegation", {
			answers: ({ url }) => (url.includes("auth_metadata") ? answer(200, issuer) : unknown),
		})?.[0]?.fix;
	assert.match(found({ issuer: "https://account.example.org/" }) ?? "", /upgrade Synapse/);
	assert.match(found({}) ?? "", /matrix_authentication_service: \{enabled: true/);
});

test("the well-known document is looked for where apps do, at the server's name without its port", () => {
	const [question] =
		checks.find(({ id }) => id === "well-known")?.asks(setup({ serverName: "example.org:8448" })) ?? [];
	assert.equal(question?.url, "https://example.org/.well-known/matrix/client");
});

test("a host without that document is a problem only where the homeserver is another host", () => {
	const found = (publicBase: string) => {
		const homeserver = { synapse: "http://127.0.0.1:8008/", guard: true, secret, publicBase };
		return judge("well-known", { setup: setup({ homeserver }) })?.length;
	};
	assert.equal(found("https://matrix.example.org/"), 1);
	assert.equal(found("https://example.org/"), 0);
});

test("the guard's doors include the odd ways to write the path", () => {
	const guarded: Reply = {
		ok: true,
		status: 404,
		json: {},
		text: "",
		headers: { "x-countersign-guard": "1" },
		receivedAt: now,
	};
	for (const odd of ["//_matrix", "%5Fsigning", "%763", "//keys/", "/r0/"]) {
		const found = judge("guarded-uploads", {
			answers: ({ url }) =>
				url.slice(8).includes(odd) ? answer(401, { errcode: "M_MISSING_TOKEN" }) : guarded,
		});
		assert.match(found?.[0]?.found ?? "", /get past the guard/, odd);
	}
	assert.deepEqual(judge("guarded-uploads", { answers: () => guarded }), []);
});

test("a proxy that turns somebody away for asking often does not let uploads past the guard by that", () => {
	const guarded: Reply = {
		...{ ok: true, status: 404, json: {}, text: "", receivedAt: now },
		headers: { "x-countersign-guard": "1" },
	};
	for (const status of [429, 503]) {
		const page: Reply = {
			ok: true,
			...{ status, json: undefined, text: "<h1>later</h1>", headers: {}, receivedAt: now },
		};
		const answers = ({ url }: Pick<Question, "url">): Reply => (url.includes("/unstable/") ? page : guarded);
		const found = judge("guarded-uploads", { answers }) ?? [];
		assert.ok(found.length > 0);
		for (const each of found) {
			assert.equal(each.verdict, "warning");
			assert.match(each.found, /turns away who asks often, so whether/);
		}
		// What takes an upload is named all the same.
		const both = judge("guarded-uploads", {
			answers: ({ url }) =>
				url.includes("//keys/") ? answer(401, { errcode: "M_MISSING_TOKEN" }) : answers({ url }),
		});
		assert.deepEqual(
			[both?.[0]?.verdict, /get past the guard/.test(both?.[0]?.found ?? "")],
			["problem", true],
		);
	}
	// In the words of the Matrix API it is the homeserver that speaks: the upload has arrived there.
	const limit = answer(429, { errcode: "M_LIMIT_EXCEEDED" });
	assert.match(judge("guarded-uploads", { answers: () => limit })?.[0]?.found ?? "", /get past the guard/);
});

test("doors that are often forgotten are tried without being named, and need not be there", () => {
	const guarded: Reply = {
		...{ ok: true, status: 404, json: {}, text: "", receivedAt: now },
		headers: { "x-countersign-guard": "1" },
	};
	const silent: Reply = { ok: false, why: "unreachable (ECONNREFUSED)", timedOut: false };
	const found = (open: string) =>
		judge("guarded-uploads", {
			answers({ url }) {
				if (url.startsWith(open)) return answer(401, { errcode: "M_MISSING_TOKEN" });
				return url.startsWith("https://matrix.example.org/") ? guarded : silent;
			},
		});
	assert.deepEqual(found("nothing"), []);
	for (const open of [
		"https://matrix.example.org:8448/",
		"http://matrix.example.org/",
		"https://example.org/",
	])
		assert.equal(found(open)?.[0]?.what, `the proxy in front of ${open}`);
});

test("a trusted network that holds loopback counts on loopback, another one does not", () => {
	const found = (...trustedProxies: string[]) =>
		judge("trusted-proxies", { setup: setup({ trustedProxies }) })?.length;
	assert.equal(found("127.0.0.0/8"), 0);
	assert.equal(found("::1"), 0);
	assert.equal(found("10.0.0.5"), 1);
});

test("what another server says reaches the terminal as plain text, and never as an escape sequence", () => {
	const issuer = "https://\u001b[2Jevil.example/\u202e\n\nEverything is well.";
	const results = judgeAll(checks, {
		...{ setup: setup(), certificates: new Map(), data: { ok: true }, now },
		reply: ({ url }) => (url.endsWith("/health") ? answer(200, { status: "ok" }) : answer(200, { issuer })),
	});
	const printed = report(results);
	assert.match(printed, /calls itself https:\/\/\[2Jevil\.example\//);
	assert.doesNotMatch(printed, /^Everything is well/m);
	assert.doesNotMatch(printed, /\p{Cf}|\p{Cc}(?<!\n)/u);
	assert.equal(said(answer(400, { errcode: "\u001b]0;x" })), "400");
});

test("a report says how many, what is well, and what was left out", () => {
	const results: readonly Result[] = [
		{ check: "one", verdict: "ok", promise: "" },
		{ check: "two", verdict: "problem", what: "a line", found: "this", fix: "that" },
		{ check: "three", verdict: "left-out", because: ["two"] },
	];
	assert.equal(
		report(results),
		`PROBLEM two
  wrong  a line
  found  this
  fix    that

1 problem, 0 warnings, 1 check well, 1 left out until the problems are solved
  well: one
  left out: three
`,
	);
	assert.match(report([{ check: "one", verdict: "ok", promise: "" }]), /^Everything is well\.\n/);
});

test("what stands behind a check that was left out is left out as well, with the reason", () => {
	const facts: Facts = {
		setup: setup(),
		reply: () => answer(200),
		certificates: new Map(),
		data: { ok: true },
		now,
	};
	const check = (id: string, after: readonly string[], wrong = false) => ({
		...{ id, after, promise: id, asks: () => [] },
		judge: () => (wrong ? [{ verdict: "problem" as const, what: "", found: "", fix: "" }] : []),
	});
	const results = judgeAll(
		[check("a", [], true), check("b", ["a"]), check("c", ["b"]), check("d", [])],
		facts,
	);
	assert.deepEqual(
		results.map(({ check: id, verdict }) => `${id} ${verdict}`),
		["a problem", "b left-out", "c left-out", "d ok"],
	);
});
