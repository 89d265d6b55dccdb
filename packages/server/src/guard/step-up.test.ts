import assert from "node:assert/strict";
import { test } from "node:test";
import { elevateRequest } from "@countersign/core";
import { guardedPath, identityOfAlice, openGuardingWorld } from "../../test/support/guarding-world.ts";
import { alice, client, random } from "../../test/support/session-world.ts";
import { lastingClient } from "../sessions/index.ts";

const asksForApproval = { session: "dummy", flows: [{ stages: ["m.login.dummy"] }], params: {} };

test("the guard offers a step-up beside its page, and what a yes to it buys is good with that token alone", async () => {
	await using world = await openGuardingWorld({ stepUp: true });
	const { homeserverBehind: behind } = world;
	behind.masterKey = identityOfAlice("older").master_key;
	behind.says = { status: 401, body: asksForApproval };
	const upload = async (token: string) => {
		const answer = await fetch(`http://127.0.0.1:${world.port}${guardedPath}`, {
			...{ method: "POST", headers: { authorization: `Bearer ${token}` } },
			body: JSON.stringify(identityOfAlice("first")),
		});
		const body = (await answer.json()) as Readonly<Record<string, unknown>>;
		return { status: answer.status, headers: answer.headers, body };
	};
	const { accessToken, deviceId, sessionId } = await world.signIn();
	const asked = await upload(accessToken);
	const [row] = world.rows("SELECT reference FROM reset_requests");
	const reference = String(row?.reference);
	const acr = `urn:countersign:acr:approved:${reference}`;
	assert.equal(asked.status, 401);
	assert.equal(asked.body["org.matrix.msc4363.acr_values"], acr);
	assert.match(asked.headers.get("www-authenticate") ?? "", /error="insufficient_user_authentication"/);
	assert.match(asked.headers.get("access-control-expose-headers") ?? "", /WWW-Authenticate/);
	assert.ok(Array.isArray(asked.body.flows), "and the page, for whoever knows no other way");

	const now = world.clock();
	const elevated = await world.sessions.elevate(
		{ accountId: alice, clientId: client, deviceId, event: { acr, at: now } },
		(unit, given) =>
			elevateRequest(unit, {
				...{ ...given, reference, accountId: alice, generation: 0, agreedAt: now, now },
				...{ newToken: () => random.token(), spendYes: async () => true },
			}),
	);
	assert.ok(elevated.ok);
	// A second token of the same session, as a neighbour tab has one: it is another device's, moved over.
	const { accessToken: neighbour } = await world.signIn({ deviceId: "NEIGHBOURS" as typeof deviceId });
	world.rows("UPDATE access_tokens SET session_id = ? WHERE acr IS NULL RETURNING hash", sessionId);
	const sent = behind.uploads().length;
	assert.equal((await upload(neighbour)).status, 401);
	assert.equal(behind.uploads().length, sent, "nothing of it reached the homeserver");
	behind.answers = () => {
		behind.masterKey = identityOfAlice("first").master_key;
		return { status: 200, body: {} };
	};
	await upload(elevated.tokens.accessToken);
	const [carried] = behind.uploads().slice(sent);
	assert.equal(carried?.headers.authorization, `Bearer ${world.asToken}`);
});

/** What an upload of another identity is told, and what of it reached the homeserver. */
async function told(world: Awaited<ReturnType<typeof openGuardingWorld>>, token: string) {
	const answer = await fetch(`http://127.0.0.1:${world.port}${guardedPath}`, {
		...{ method: "POST", headers: { authorization: `Bearer ${token}` } },
		body: JSON.stringify(identityOfAlice("first")),
	});
	const body = (await answer.json()) as Readonly<Record<string, unknown>>;
	return {
		status: answer.status,
		offersStepUp: "org.matrix.msc4363.acr_values" in body || answer.headers.has("www-authenticate"),
		offersPage: "flows" in body,
		wasCarried: world.homeserverBehind
			.uploads()
			.some(({ headers }) => headers.authorization === `Bearer ${world.asToken}`),
	};
}

const page = { status: 401, offersStepUp: false, offersPage: true, wasCarried: false };

test("a token that no app can step up with is offered the page alone", async () => {
	await using world = await openGuardingWorld({ stepUp: true });
	world.homeserverBehind.masterKey = identityOfAlice("older").master_key;
	world.homeserverBehind.says = { status: 401, body: asksForApproval };
	const { accessToken } = await world.signIn();
	const made =
		"INSERT INTO clients (id, metadata, created_at, last_used_at) VALUES (?, '{}', 0, 0) RETURNING id";
	const [lasting] = world.rows(made, `${lastingClient}x`);
	world.rows("UPDATE sessions SET client_id = ? RETURNING id", String(lasting?.id));
	assert.deepEqual(await told(world, accessToken), page);
});

test("where apps do not step up they are not told to, and what one bought while they did is good for nothing", async () => {
	await using world = await openGuardingWorld({ stepUp: false });
	world.homeserverBehind.masterKey = identityOfAlice("older").master_key;
	world.homeserverBehind.says = { status: 401, body: asksForApproval };
	const { accessToken, deviceId } = await world.signIn();
	assert.deepEqual(await told(world, accessToken), page);
	const [row] = world.rows("SELECT reference FROM reset_requests");
	const reference = String(row?.reference);
	const now = world.clock();
	const event = { acr: `urn:countersign:acr:approved:${reference}`, at: now };
	const elevated = await world.sessions.elevate(
		{ accountId: alice, clientId: client, deviceId, event },
		(unit, given) =>
			elevateRequest(unit, {
				...{ ...given, reference, accountId: alice, generation: 0, agreedAt: now, now },
				...{ newToken: () => random.token(), spendYes: async () => true },
			}),
	);
	assert.ok(elevated.ok);
	assert.deepEqual(await told(world, elevated.tokens.accessToken), page);
});
