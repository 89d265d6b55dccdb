import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { UpstreamConfig } from "../config/index.ts";
import { isLetIn, readClaims } from "./claims.ts";

const imports: UpstreamConfig["claims"] = {
	subject: "{{ user.sub }}",
	localpart: { action: "suggest", template: "{{ user.preferred_username | lower }}" },
	displayName: { action: "suggest", template: "{{ user.name }}" },
	email: { action: "suggest", template: "{{ user.email }}", isVouched: true },
	accountName: "{{ user.email }}",
};
const claims = {
	...{ sub: "s-1", preferred_username: "Alice", name: "Alice\u202e Example", auth_time: 1_700_000_000 },
	...{ email: "Alice@Company.example", email_verified: true },
};

function read(said: Readonly<Record<string, unknown>>, more: Partial<UpstreamConfig["claims"]> = {}) {
	return readClaims(said, { config: { claims: { ...imports, ...more } }, serverName: "localhost" });
}

describe("what a service says of somebody", () => {
	test("becomes who they are, when they signed in, and what is taken over", () => {
		assert.deepEqual(read(claims), {
			...{ ok: true, subject: "s-1", provedAt: 1_700_000_000_000 },
			said: {
				localpart: { value: "alice", isFixed: false },
				displayName: "Alice Example",
				email: {
					address: "Alice@company.example",
					key: "alice@company.example",
					isRequired: false,
					isVouched: true,
				},
				accountName: "Alice@Company.example",
			},
		});
	});

	for (const sub of [undefined, "", 0n, {}, ["s"], "x".repeat(256), "s\u0000"])
		test(`has to say who they are: ${JSON.stringify(String(sub)).slice(0, 20)} is nobody`, () => {
			assert.deepEqual(read({ ...claims, sub }), { ok: false, missing: "subject" });
		});

	for (const [what, said] of [
		["it has not seen", { email_verified: false }],
		["it says nothing about", { email_verified: undefined }],
		["it half vouches for", { email_verified: 1 }],
	] as const)
		test(`takes no address that ${what}`, () => {
			const outcome = read({ ...claims, ...said });
			assert.ok(outcome.ok && outcome.said.email === undefined);
			const email = { action: "require", template: "{{ user.email }}", isVouched: true } as const;
			assert.deepEqual(read({ ...claims, ...said }, { email }), { ok: false, missing: "email" });
		});

	test("vouches for its own claim of an address, not for what a template makes of others", () => {
		const email = {
			action: "require",
			template: "{{ user.preferred_username }}@victim.example",
			isVouched: true,
		} as const;
		assert.deepEqual(read(claims, { email }), { ok: false, missing: "email" });
		const trimmed = { action: "force", template: "{{ user.email | lower }}", isVouched: false } as const;
		const outcome = read({ ...claims, email_verified: "true" }, { email: trimmed });
		assert.ok(outcome.ok);
		assert.equal(outcome.said.email?.key, "alice@company.example");
		assert.equal(outcome.said.email?.isRequired, true);
		assert.equal(outcome.said.email?.isVouched, false, "what is confirmed there is not so here by itself");
	});

	test("suggests no name that could be none, and lets nobody in without one that is required", () => {
		const said = { ...claims, preferred_username: "not a name" };
		const outcome = read(said);
		assert.ok(outcome.ok && outcome.said.localpart === undefined);
		const localpart = { ...imports.localpart, action: "require" } as const;
		assert.deepEqual(read(said, { localpart }), { ok: false, missing: "localpart" });
	});

	for (const auth_time of ["yesterday", Number.NaN, 1e300, 2 ** 53, -1, null, true, [1]])
		test(`says nothing of when they signed in with ${String(auth_time)}: that is told as such`, () => {
			const outcome = read({ ...claims, auth_time });
			assert.ok(outcome.ok && outcome.provedAt === undefined);
		});

	test("says when they signed in with a fraction: the second before counts", () => {
		const outcome = read({ ...claims, auth_time: 1_700_000_000.987 });
		assert.ok(outcome.ok && outcome.provedAt === 1_700_000_000_000);
	});
});

describe("who is let in", () => {
	for (const [what, required, isIn] of [
		["nothing is required", {}, true],
		["a list has one of the values", { groups: ["b", "x"] }, true],
		["it has none", { groups: ["x"] }, false],
		["a text is one", { role: ["staff"] }, true],
		["a text has one in it", { role: ["sta"] }, false],
		["it lies inside another", { "realm.roles": ["user"] }, true],
		["its name has dots", { "https://example.org/groups": ["c"] }, true],
		["one of two is missing", { role: ["staff"], groups: ["x"] }, false],
		["it is not said", { other: ["x"] }, false],
		["it is no claim of theirs", { "constructor.name": ["Object"] }, false],
	] as const)
		test(`where ${what}: ${isIn ? "yes" : "no"}`, () => {
			const said = {
				...{ groups: ["a", "b"], role: "staff", realm: { roles: ["user"] } },
				"https://example.org/groups": ["c"],
			};
			assert.equal(isLetIn(said, required), isIn);
		});
});
