import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { metadataAt } from "../test/support/metadata.ts";
import { type Answer, scriptedServer } from "../test/support/scripted-server.ts";
import { createTokenHolder, type SessionTokens, type TokenHolderOptions } from "./index.ts";

const now = 1_700_000_000_000;
const old: SessionTokens = { accessToken: "AT0", refreshToken: "RT0", expiresAt: now + 10_000 };
const fresh = (nth: number): Answer => ({
	status: 200,
	body: { token_type: "Bearer", access_token: `AT${nth}`, refresh_token: `RT${nth}`, expires_in: 300 },
});
const away: Answer = { status: 503, body: "" };

async function holder(t: TestContext, script: readonly Answer[], options: Partial<TokenHolderOptions> = {}) {
	const server = await scriptedServer(t, script);
	const saved: SessionTokens[] = [];
	const save = async (tokens: SessionTokens) => void saved.push(tokens);
	const base = { metadata: metadataAt(server.url), clientId: "c", tokens: old, save, now: () => now };
	return { server, saved, held: createTokenHolder({ ...base, ...options }) };
}

describe("a token holder", () => {
	test("gives a good token without asking", async (t) => {
		const { server, held } = await holder(t, ["drop"], { tokens: { ...old, expiresAt: now + 60_000 } });
		assert.equal(await held.accessToken(), "AT0");
		assert.equal(server.seen.length, 0);
	});

	test("trusts a token of unknown life until it is rejected", async (t) => {
		const { held } = await holder(t, [fresh(1)], { tokens: { accessToken: "AT0", refreshToken: "RT0" } });
		assert.equal(await held.accessToken(), "AT0");
		assert.equal(await held.accessToken({ rejected: "AT0" }), "AT1");
	});

	test("refreshes once for many callers", async (t) => {
		const { server, saved, held } = await holder(t, [fresh(1), fresh(2)]);
		const given = await Promise.all(Array.from({ length: 20 }, () => held.accessToken()));
		assert.deepEqual(new Set(given), new Set(["AT1"]));
		assert.equal(server.seen.length, 1);
		assert.deepEqual(saved, [{ accessToken: "AT1", refreshToken: "RT1", expiresAt: now + 300_000 }]);
		assert.deepEqual(held.tokens(), saved[0]);
	});

	test("takes other tokens of its session, saved first, and none that an older refresh brings", async (t) => {
		const { server, saved, held } = await holder(t, [fresh(1)]);
		const other = { accessToken: "AT9", refreshToken: "RT9", expiresAt: now + 300_000 };
		await Promise.all([held.accessToken(), held.replace(other)]);
		assert.equal(await held.accessToken({ rejected: "AT0" }), "AT9");
		assert.deepEqual([server.seen.length, saved.at(-1), held.tokens()], [1, other, other]);
	});

	test("keeps what it has where other tokens cannot be saved", async (t) => {
		const save = async () => {
			throw new RangeError("no space left");
		};
		const tokens = { ...old, expiresAt: now + 60_000 };
		const { held } = await holder(t, ["drop"], { tokens, save });
		await expectCode(held.replace({ accessToken: "AT9", refreshToken: "RT9" }), "tokens-not-saved");
		assert.equal(await held.accessToken(), "AT0");
	});

	test("does not refresh again for a token that is no longer in use", async (t) => {
		const { server, held } = await holder(t, [fresh(1), fresh(2)]);
		await held.accessToken({ rejected: "AT0" });
		assert.equal(await held.accessToken({ rejected: "AT0" }), "AT1");
		assert.equal(server.seen.length, 1);
	});

	test("saves new tokens before anybody gets them", async (t) => {
		const order: string[] = [];
		const save = async () => {
			await new Promise((resolve) => setImmediate(resolve));
			order.push("saved");
		};
		const { held } = await holder(t, [fresh(1)], { save });
		await held.accessToken().then(() => order.push("given"));
		assert.deepEqual(order, ["saved", "given"]);
	});

	test("keeps tokens it could not save, and saves them first next time", async (t) => {
		let full = true;
		const disk = new Error("disk full");
		const save = async () => {
			if (full) throw disk;
		};
		const { server, held } = await holder(t, [fresh(1), fresh(2)], { save });
		assert.equal((await expectCode(held.accessToken(), "tokens-not-saved")).cause, disk);
		assert.equal(held.tokens().refreshToken, "RT0");
		full = false;
		assert.equal(await held.accessToken(), "AT1");
		assert.equal(server.seen.length, 1);
	});

	test("serves a token that is still good while the server is away", async (t) => {
		const { held } = await holder(t, [away, fresh(1)]);
		assert.equal(await held.accessToken(), "AT0");
		assert.equal(await held.accessToken(), "AT1");
	});

	test("says so when an expired token cannot be refreshed now, and repeats with the same one", async (t) => {
		const { server, held } = await holder(t, [away, "drop", fresh(1)], {
			tokens: { ...old, expiresAt: now },
		});
		await expectCode(held.accessToken(), "temporarily-unavailable");
		await expectCode(held.accessToken(), "network");
		assert.equal(await held.accessToken(), "AT1");
		assert.ok(server.seen.every(({ body }) => body.includes("refresh_token=RT0")));
	});

	test("is logged out for good once the refresh token is refused", async (t) => {
		const { server, held } = await holder(t, [{ status: 400, body: { error: "invalid_grant" } }]);
		await expectCode(held.accessToken(), "logged-out");
		await expectCode(held.accessToken(), "logged-out");
		assert.equal(server.seen.length, 1);
	});

	test("keeps its refresh token where the server does not rotate", async (t) => {
		const body = { token_type: "Bearer", access_token: "AT1" };
		const { saved, held } = await holder(t, [{ status: 200, body }]);
		assert.equal(await held.accessToken(), "AT1");
		assert.deepEqual(saved, [{ accessToken: "AT1", refreshToken: "RT0" }]);
	});

	test("takes over what a sibling refreshed, inside the lock", async (t) => {
		let locked = false;
		const sibling: SessionTokens = { accessToken: "AT9", refreshToken: "RT9", expiresAt: now + 300_000 };
		const load = async () => {
			assert.ok(locked);
			return sibling;
		};
		const exclusively: TokenHolderOptions["exclusively"] = async (work) => {
			locked = true;
			return work();
		};
		const { server, held } = await holder(t, ["drop"], { load, exclusively });
		assert.equal(await held.accessToken(), "AT9");
		assert.equal(server.seen.length, 0);
	});

	test("refreshes what a sibling left when that is old, too", async (t) => {
		const load = async () => ({ accessToken: "AT9", refreshToken: "RT9", expiresAt: now });
		const { server, held } = await holder(t, [fresh(10)], { load });
		assert.equal(await held.accessToken(), "AT10");
		assert.match(server.seen[0]?.body ?? "", /refresh_token=RT9$/);
	});
});
