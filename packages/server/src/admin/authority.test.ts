/** Whoever may when a request comes may not when its deed is done, if what they showed counts no more by then. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import { createProgramTokens } from "../authorization/program-tokens.ts";
import { type AuthorityDeps, authorize } from "./authority.ts";
import type { AuthorityUnit, Program } from "./ports.ts";

const userId = makeUserId("alice", "localhost");
const caller = {
	...{ accountId: asAccountId("a"), sessionId: asSessionId("s"), userId, admin: true, tokenHash: "hash" },
	scope: "openid urn:mas:admin",
};
const program: Program = { id: "p", name: "Job", secretHash: "one" };

function world(more: Partial<AuthorityDeps> = {}) {
	let now = 1_000;
	let known: Program | undefined = program;
	const clock = () => now;
	const tokens = createProgramTokens({ secretKey: new Uint8Array(32), clock });
	const deps: AuthorityDeps = {
		clock,
		authenticate: async () => ({ ok: true, caller }),
		programOf: (token, programs = { find: async () => known }) => tokens.read(token, programs.find),
		lacksFactor: async () => false,
		...more,
	};
	const shown = (token: string) =>
		authorize(deps, new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } }), "x");
	return {
		shown,
		programToken: tokens.issue(program),
		async held(
			token: string,
			found: Awaited<ReturnType<AuthorityUnit["tokens"]["findAccess"]>>,
			live = true,
		) {
			const may = await shown(token);
			assert.ok(may.ok);
			return (later: number, then: Program | undefined = known) => {
				[now, known] = [later, then];
				return may.authority.isHeld({
					sessions: { isSignedIn: async () => live },
					tokens: { findAccess: async (hash) => (hash === "hash" ? found : assert.fail()) },
					programs: { find: async () => known },
				});
			};
		},
	};
}

describe("whoever may use the admin API", () => {
	const good = { admin: true, scope: caller.scope, expiresAt: 5_000 };

	test("may within a transaction while the token that was shown counts, its session lasts, and they are one", async () => {
		const { held } = world();
		assert.equal(await (await held("t", good))(4_999), true);
		assert.equal(await (await held("t", good))(5_000), false, "it has expired");
		assert.equal(await (await held("t", { admin: true, scope: caller.scope }))(9e9), true, "it has no end");
		assert.equal(await (await held("t", undefined))(2_000), false, "it is gone, or was replaced");
		assert.equal(await (await held("t", { ...good, admin: false }))(2_000), false);
		assert.equal(await (await held("t", { ...good, scope: "openid" }))(2_000), false);
		assert.equal(await (await held("t", good, false))(2_000), false, "signed out, locked or closed");
	});

	test("may as a program while its token lasts and its secret is the same", async () => {
		const end = 1_000 + 300_000;
		for (const [later, then, is] of [
			[end - 1, program, true],
			[end, program, false],
			[2_000, { ...program, secretHash: "two" }, false],
		] as const) {
			const { held, programToken } = world();
			assert.equal(await (await held(programToken, undefined))(later, then), is);
		}
		const { held, programToken } = world({
			programOf: async (_, programs) => (programs ? undefined : program),
		});
		assert.equal(await (await held(programToken, undefined))(2_000), false, "revoked");
	});

	test("is told that a second factor is what they lack", async () => {
		const { shown } = world({ lacksFactor: async () => true });
		assert.deepEqual(await shown("t"), { ok: false, refusal: "factor-demanded" });
	});
});
