/** Sessions of apps that know the older login API only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { alice, openSessionWorld, random, type SessionWorld } from "../../test/support/session-world.ts";
import { createToken } from "./token-format.ts";

const deviceId = asDeviceId("OLDERDEVICE");

async function open(world: SessionWorld, { renews = false, deviceName }: Partial<Opening> = {}) {
	const session = { accountId: alice, deviceId, renews, deviceName };
	const opened = await world.sessions.openCompat(session, async () => true);
	assert.ok(opened.ok, JSON.stringify(opened));
	return opened.tokens;
}
interface Opening {
	readonly renews: boolean;
	readonly deviceName: string;
}

test("an app that cannot renew its token gets one that lasts as long as the session", async () => {
	await using world = await openSessionWorld();
	const tokens = await open(world);
	const { accessToken, sessionId } = tokens;
	assert.deepEqual(tokens, { accessToken, sessionId, accountId: alice, deviceId });
	assert.match(accessToken, /^mct_/);
	const issuedAt = world.clock();
	world.advance(365 * 86_400_000);
	const found = await world.sessions.authenticate(accessToken, {});
	assert.ok(found.ok);
	assert.deepEqual([found.issuedAt, "expiresAt" in found], [issuedAt, false]);
	const { clientId, scope, sessionId: heldBy } = found.caller;
	assert.deepEqual([clientId, scope, heldBy], ["legacy", "urn:matrix:client:api:*", sessionId]);
	const [listed] = await world.sessions.listOf(alice);
	assert.deepEqual([listed?.compat, listed?.lasting], [true, false]);
});

test("one that can gets a pair, whose tokens are of the older API's kind and worth nothing at the other", async () => {
	await using world = await openSessionWorld();
	const { accessToken, refreshToken = "", expiresInSeconds } = await open(world, { renews: true });
	assert.match(`${accessToken} ${refreshToken}`, /^mct_\S+ mcr_\S+$/);
	assert.equal(expiresInSeconds, 300);
	const elsewhere = await world.sessions.refresh({ refreshToken, clientId: "legacy" });
	assert.deepEqual(elsewhere, { ok: false, reason: "unknown" });
	const renewed = await world.sessions.refreshCompat({ refreshToken });
	assert.ok(renewed.ok);
	assert.match(`${renewed.tokens.accessToken} ${renewed.tokens.refreshToken}`, /^mct_\S+ mcr_\S+$/);
});

test("a name is for a new device: of one that is signed in the homeserver is told none", async () => {
	await using world = await openSessionWorld();
	await world.signIn();
	await open(world, { deviceName: "Phone" });
	await open(world, { deviceName: "Other" });
	await world.sessions.endByToken((await open(world)).accessToken);
	await open(world, { deviceName: "Other" });
	assert.deepEqual(world.homeserver.names, ["Example App", "Phone", undefined, undefined, "Other"]);
	assert.equal((await world.storage.read.devices.find(alice, deviceId))?.displayName, "Other");
});

test("whom a token may sign out is told while it counts, though the person be locked", async () => {
	await using world = await openSessionWorld();
	const { accessToken, sessionId } = await open(world);
	const signedIn = { ok: true, accountId: alice, sessionId, clientId: "legacy" };
	assert.deepEqual(await world.sessions.findSignedIn(accessToken), signedIn);
	world.lock(alice, world.clock());
	assert.deepEqual(await world.sessions.findSignedIn(accessToken), signedIn);
	world.lock(alice, null);
	for (const noise of ["", "mct_x", createToken("compat-access", random), createToken("refresh", random)])
		assert.deepEqual(await world.sessions.findSignedIn(noise), { ok: false, reason: "unknown" });
});

test("a refresh token signs nobody out by being shown as an access token, and an expired one is told so", async () => {
	await using world = await openSessionWorld();
	const { accessToken, refreshToken = "" } = await open(world, { renews: true });
	assert.deepEqual(await world.sessions.findSignedIn(refreshToken), { ok: false, reason: "unknown" });
	world.advance(299_999);
	assert.equal((await world.sessions.findSignedIn(accessToken)).ok, true);
	world.advance(1);
	assert.deepEqual(await world.sessions.findSignedIn(accessToken), { ok: false, reason: "expired" });
	world.deactivate(alice);
	assert.deepEqual(await world.sessions.findSignedIn(accessToken), { ok: false, reason: "ended" });
});
