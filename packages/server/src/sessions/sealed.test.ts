/** First tokens that are kept, sealed, while people may go back to where they came from. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import {
	alice,
	client,
	openSessionWorld,
	random,
	type SessionWorld,
} from "../../test/support/session-world.ts";
import { createSealPair, createUnseal, type MoveState, settle } from "../moving/index.ts";

const { publicKey, privatePem } = createSealPair();

async function openMoved(changes: Partial<MoveState> = {}): Promise<SessionWorld> {
	const world = await openSessionWorld();
	const own = { kind: "argon2id" } as const;
	const move: MoveState = {
		...{ source: "mas", state: "switched", passwords: { forNew: own, ofMost: own }, sealTo: publicKey },
		...{ startedAt: 1, passedAt: 1, switchedAt: 1, settledAt: null, ...changes },
	};
	await world.storage.write(({ settings }) => settings.set("move", JSON.stringify(move)));
	return world;
}

/** What was sealed, by session. */
function opened(world: SessionWorld): Readonly<Record<string, string | undefined>> {
	const rows = world.rows("SELECT session_id AS id, sealed FROM sealed_tokens");
	const unseal = createUnseal(privatePem);
	return Object.fromEntries(rows.map(({ id, sealed }) => [id, unseal?.(String(sealed), String(id))]));
}

const compat = (world: SessionWorld, deviceId: string, renews: boolean) =>
	world.sessions.openCompat({ accountId: alice, deviceId: asDeviceId(deviceId), renews }, async () => true);

describe("the first token of a session", () => {
	test("is kept sealed, whichever way the session began, and no other", async () => {
		await using world = await openMoved();
		const oauth = await world.signIn();
		const lasting = await compat(world, "LASTING", false);
		const refreshing = await compat(world, "REFRESHING", true);
		assert.ok(lasting.ok && refreshing.ok);
		const wanted = { accountId: alice, deviceId: asDeviceId("BOTBOTBOT0"), name: "a bot", scope: "" };
		const issued = await world.lastingTokens.issue(wanted, { kind: "operator", name: "root" });
		assert.ok(issued.ok);
		await world.sessions.refreshCompat({ refreshToken: refreshing.tokens.refreshToken ?? "" });
		assert.deepEqual(opened(world), {
			[oauth.sessionId]: oauth.refreshToken,
			[lasting.tokens.sessionId]: lasting.tokens.accessToken,
			[refreshing.tokens.sessionId]: refreshing.tokens.refreshToken,
			[issued.sessionId]: issued.token,
		});
		for (const { sealed } of world.rows("SELECT sealed FROM sealed_tokens"))
			for (const token of Object.values(opened(world))) assert.ok(!String(sealed).includes(token ?? "?"));
	});

	test("is that of an elevation, once there was one", async () => {
		await using world = await openMoved();
		const { sessionId, clientId, deviceId } = { ...(await world.signIn()), clientId: client };
		const event = { acr: "urn:example:acr", at: 1 };
		const of = { accountId: alice, clientId, deviceId, event };
		const elevated = await world.sessions.elevate(of, async () => true);
		assert.ok(elevated.ok);
		assert.deepEqual(opened(world), { [sessionId]: elevated.tokens.refreshToken });
	});

	test("goes with its session, and with the move", async () => {
		await using world = await openMoved();
		await world.signIn();
		const second = await world.signIn();
		assert.deepEqual(Object.keys(opened(world)), [second.sessionId], "the first was replaced");
		await world.sessions.endByToken(second.accessToken);
		assert.deepEqual(opened(world), {});
		const third = await world.signIn();
		assert.deepEqual(Object.keys(opened(world)), [third.sessionId]);
		assert.equal(
			await settle(world.storage, { now: world.clock(), random, usual: new Uint8Array(32) }),
			true,
		);
		assert.deepEqual(world.rows("SELECT * FROM sealed_tokens"), []);
		await world.signIn({ deviceId: asDeviceId("LATERLATER") });
		assert.deepEqual(world.rows("SELECT * FROM sealed_tokens"), []);
	});

	for (const [when, changes] of [
		["nobody keeps what opens it", { sealTo: null }],
		["people have not come yet", { state: "moving" }],
	] as const)
		test(`is not kept where ${when}`, async () => {
			await using world = await openMoved(changes);
			const opening = await compat(world, "REFRESHING", true);
			assert.ok(opening.ok);
			assert.match(opening.tokens.refreshToken ?? "", /^mcr_/);
			assert.deepEqual(world.rows("SELECT * FROM sealed_tokens"), []);
		});

	test("of the older API has Synapse's shape where Synapse would have to take it, and refreshes here", async () => {
		await using world = await openMoved({ source: "synapse" });
		const opening = await compat(world, "REFRESHING", true);
		assert.ok(opening.ok);
		const { refreshToken = "" } = opening.tokens;
		assert.match(refreshToken, /^syr_YWxpY2U_[0-9A-Za-z]{20}_[0-9A-Za-z]{6}$/);
		const refreshed = await world.sessions.refreshCompat({ refreshToken });
		assert.ok(refreshed.ok);
		assert.match(refreshed.tokens.refreshToken, /^syr_YWxpY2U_/);
		assert.match((await world.signIn()).refreshToken, /^mar_/);
	});
});
