import assert from "node:assert/strict";
import { test } from "node:test";
import { elevateRequest } from "@countersign/core";
import { guardedPath, identityOfAlice, openGuardingWorld } from "../../test/support/guarding-world.ts";
import { alice, client, random } from "../../test/support/session-world.ts";

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
