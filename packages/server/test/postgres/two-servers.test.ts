/** Two whole servers on one PostgreSQL database. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { IncomingMessage, Server } from "node:http";
import { after, before, describe, type TestContext, test } from "node:test";
import {
	authorizationUrl,
	createDeviceId,
	createPkce,
	createState,
	deviceScope,
	processAuthorizationCallback,
	processRegistrationResponse,
	registrationRequest,
} from "@countersign/client";
import { Client } from "pg";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import {
	type AttackWorld,
	decide,
	identityNow,
	openAttackWorld,
	postForm,
	uploadPath,
} from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { allow, call, type LoggedInDevice } from "../support/server.ts";

describe("two servers on one PostgreSQL", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	async function open() {
		const { url } = await createDatabase(cluster.url("postgres"));
		const world = await openAttackWorld({ database: url });
		const [one, two] = world.server.ports().map((port) => `http://localhost:${port}/`);
		assert.ok(one !== undefined && two !== undefined && one !== two);
		return { world, one, two };
	}

	const uploadAt = (url: string, { phone }: AttackWorld, identity: string) =>
		call(url, phone.accessToken, {
			...{ method: "POST", path: uploadPath },
			body: identityOf(phone.userId, identity).body,
		});

	test("a request that one of them was asked is approved and spent at the other, once", async () => {
		const { world, one, two } = await open();
		await using _ = world;
		const { server, phone } = world;
		const asked = await uploadAt(one, world, "second");
		assert.equal(asked.status, 401);
		const path = new URL(asked.body.params["m.oauth"].url).pathname;
		assert.match((await decide(world.alice, path, "approve")).text, /approved/i);
		const retries = await Promise.all(
			Array.from({ length: 200 }, (_, at) => uploadAt(at % 2 ? one : two, world, "second")),
		);
		assert.deepEqual([...new Set(retries.map(({ status }) => status))], [200]);
		assert.equal(await identityNow(server, phone, ["first", "second"]), "second");
		assert.equal((await uploadAt(two, world, "third")).status, 401);
		const spent = (await server.rows("reset_requests")).filter(({ state }) => state === "spent");
		assert.equal(spent.length, 1);
	});

	test("of parallel refreshes at both every one is answered with the same successor", async () => {
		const { world, one, two } = await open();
		await using _ = world;
		const answers = await Promise.all(
			Array.from({ length: 40 }, (_, at) => refresh(at % 2 ? one : two, world.phone)),
		);
		assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
		assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1);
	});

	test("of parallel exchanges of one code at both exactly one gets tokens, and they end with the replay", async () => {
		const { world, one, two } = await open();
		await using _ = world;
		const { code, ...bound } = await codeFor(world);
		const form = { grant_type: "authorization_code", code, ...bound };
		const answers = await Promise.all(
			Array.from({ length: 20 }, (_, at) => postForm(`${at % 2 ? one : two}oauth2/token`, form)),
		);
		const winners = answers.filter(({ status }) => status === 200);
		assert.equal(winners.length, 1);
		const losers = answers.filter(({ status }) => status !== 200);
		// A loser whose device went with the replay of another is told to try again, and then that the code is spent.
		const later = await postForm(`${one}oauth2/token`, form);
		assert.deepEqual(
			new Set([...losers, later].map(({ body }) => body.error)).difference(
				new Set(["temporarily_unavailable"]),
			),
			new Set(["invalid_grant"]),
		);
		assert.equal(later.body.error, "invalid_grant");
		const accessToken = winners[0]?.body.access_token;
		const { status } = await world.server.call({ accessToken }, "GET", "account/whoami");
		assert.equal(status, 401);
	});

	test("a sync that is held open at one is answered when something is written at the other", async () => {
		const { world, one, two } = await open();
		await using _ = world;
		const { accessToken, userId } = world.phone;
		const get = (path: string) => call(one, accessToken, { method: "GET", path });
		const { body } = await get("sync");
		const held = get(`sync?timeout=30000&since=${body.next_batch}`);
		const path = `user/${encodeURIComponent(userId)}/account_data/org.example.note`;
		const put = await call(two, accessToken, { method: "PUT", path, body: { at: "two" } });
		assert.equal(put.status, 200);
		const { events } = (await held).body.account_data;
		assert.deepEqual(events, [{ type: "org.example.note", content: { at: "two" } }]);
	});

	test("introspection is one statement, compiled before", async (t) => {
		const { world } = await open();
		await using _ = world;
		const url = `${world.server.url}oauth2/introspect`;
		const ask = () =>
			postForm(
				url,
				{ token: world.phone.accessToken },
				{ authorization: `Bearer ${world.server.introspectionSecret}` },
			);
		// Each server has connections to spare then, whatever else it does.
		await Promise.all(Array.from({ length: 20 }, ask));
		const statements = statementsOf(t, "/oauth2/introspect");
		assert.equal((await ask()).body.active, true);
		assert.equal(statements.length, 1);
		assert.match(statements[0]?.text ?? "", /^select /);
		assert.ok(statements[0]?.name !== undefined);
	});
});

interface Statement {
	readonly name?: string;
	readonly text?: string;
}

/** Everything the database is asked, from now on, because of requests to this path. */
function statementsOf(t: TestContext, path: string): readonly Statement[] {
	const asked: Statement[] = [];
	const because = new AsyncLocalStorage<boolean>();
	const { emit } = Server.prototype;
	t.mock.method(Server.prototype, "emit", function (this: Server, event: string, ...about: unknown[]) {
		const [incoming] = about;
		const isAbout = event === "request" && incoming instanceof IncomingMessage && incoming.url === path;
		return because.run(isAbout, () => emit.call(this, event, ...about));
	});
	const { query } = Client.prototype;
	t.mock.method(
		Client.prototype,
		"query",
		function (this: Client, statement: string | Statement, ...rest: []) {
			if (because.getStore()) asked.push(typeof statement === "string" ? { text: statement } : statement);
			return Reflect.apply(query, this, [statement, ...rest]);
		},
	);
	return asked;
}

/** A code that alice allowed, and what has to come with it. */
async function codeFor({ server, alice }: AttackWorld) {
	const metadata = await server.metadata();
	const redirectUri = "http://127.0.0.1/callback";
	const { clientId } = await processRegistrationResponse(
		await registrationRequest(metadata, {
			clientUri: "https://app.example/",
			redirectUris: [redirectUri],
			applicationType: "native",
		}),
	);
	const [state, pkce, scope] = [createState(), await createPkce(), deviceScope(createDeviceId())];
	const asked = { clientId, redirectUri, scope, state, pkce, responseMode: "query" } as const;
	const { left } = await allow(alice, authorizationUrl(metadata, asked), "alice");
	const { code } = processAuthorizationCallback(left.href, { state, metadata });
	return { code, client_id: clientId, redirect_uri: redirectUri, code_verifier: pkce.verifier };
}

async function refresh(url: string, { clientId, refreshToken }: LoggedInDevice) {
	const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
	return postForm(new URL("oauth2/token", url).href, form);
}
