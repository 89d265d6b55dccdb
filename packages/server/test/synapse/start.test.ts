/** What every other test with a real Synapse, nginx or Caddy stands on. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, describe, test } from "node:test";
import { needsCaddy, startCaddy } from "../support/caddy.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { liesUnread } from "../support/lies-unread.ts";
import { needsNginx, startNginx } from "../support/nginx.ts";
import { needsSynapse, type RunningSynapse, startSynapse } from "../support/synapse.ts";
import { until } from "../support/until.ts";

const secret = "a-secret-of-both";
/** A port on which nobody listens. */
const absent = `http://127.0.0.1:${await lastingPort()}/`;
const asToken = "token-of-the-application-service";
const registration = {
	text: JSON.stringify({
		id: "tests",
		url: null,
		...{ as_token: asToken, hs_token: "unused", sender_localpart: "_tests", rate_limited: true },
		namespaces: { users: [{ regex: "@.*:localhost", exclusive: false }], rooms: [], aliases: [] },
	}),
};

describe("a real Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const synapse = await startSynapse({ masEndpoint: absent, secret, registration });
	after(() => synapse[Symbol.asyncDispose]());
	const whoami = (token: string, query = "") =>
		get(synapse, `_matrix/client/v3/account/whoami${query}`, token);

	test("it answers, and leaves signing in to the authorization server", async () => {
		assert.equal((await get(synapse, "_matrix/client/versions")).status, 200);
		assert.equal((await get(synapse, "_matrix/client/v3/login")).status, 404);
	});

	test("while the authorization server is absent nobody is logged out, and nobody let in", async () => {
		const { status, body } = await whoami("some-token");
		assert.deepEqual([status, body.errcode], [503, "M_UNKNOWN"], synapse.logTail());
		const without = await get(synapse, "_matrix/client/v3/account/whoami");
		assert.deepEqual([without.status, without.body.errcode], [401, "M_MISSING_TOKEN"]);
	});

	test("people it was told of are there after a crash and after a polite restart", async () => {
		assert.equal(await provision(synapse, "alice"), 201);
		await synapse.kill();
		await assert.rejects(get(synapse, "_matrix/client/versions"), "nobody listens any more");
		await synapse.restart();
		assert.equal(await provision(synapse, "alice"), 200);
		await synapse.restart();
		assert.equal(await provision(synapse, "alice"), 200);
	});

	test("an application service speaks for a person", async () => {
		await provision(synapse, "bob");
		const { status, body } = await whoami(asToken, "?user_id=@bob:localhost");
		assert.deepEqual([status, body.user_id], [200, "@bob:localhost"]);
		assert.equal((await whoami("another-token", "?user_id=@bob:localhost")).status, 503);
	});

	test("a hundred messages of one person in one moment are not throttled", async () => {
		await provision(synapse, "carol");
		const as = (method: string, path: string, body: unknown) =>
			fetch(new URL(`_matrix/client/v3/${path}?user_id=@carol:localhost`, synapse.base), {
				method,
				headers: { authorization: `Bearer ${asToken}` },
				body: JSON.stringify(body),
			});
		const room = (await (await as("POST", "createRoom", {})).json()) as { readonly room_id: string };
		const send = (_: unknown, index: number) =>
			as("PUT", `rooms/${room.room_id}/send/m.room.message/${index}`, { msgtype: "m.text", body: "hello" });
		const answers = await Promise.all(Array.from({ length: 100 }, send));
		assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
	});

	test("frozen it answers nobody, thawed it goes on where it was", async () => {
		await synapse.freeze();
		let answered = false;
		const waiting = get(synapse, "_matrix/client/versions").finally(() => {
			answered = true;
		});
		await until(() => liesUnread(synapse.port));
		assert.equal(answered, false);
		synapse.thaw();
		assert.equal((await waiting).status, 200);
	});
});

test("settings that Synapse does not take fail the start with its own words", needsSynapse, async () => {
	const start = startSynapse({ masEndpoint: absent, secret, extraConfig: { server_name: 7 } });
	await assert.rejects(start, /Invalid server name/);
});

test("a Synapse that is disposed of leaves nothing behind", needsSynapse, async () => {
	const synapse = await startSynapse({ masEndpoint: absent, secret });
	await synapse[Symbol.asyncDispose]();
	await assert.rejects(get(synapse, "_matrix/client/versions"));
	assert.equal(existsSync(synapse.dataDirectory), false);
});

test("nginx passes on what its snippet says", { skip: needsNginx.skip || needsSynapse.skip }, async () => {
	await using synapse = await startSynapse({ masEndpoint: absent, secret });
	const server = `location / { proxy_pass ${synapse.base}; }\nlocation /closed { return 404; }`;
	await using proxy = await startNginx({ server });
	assert.equal((await fetch(`${proxy.url}_matrix/client/versions`)).status, 200, proxy.logTail());
	assert.equal((await fetch(`${proxy.url}closed`)).status, 404);
	const port = await lastingPort();
	const http = `server { listen 127.0.0.1:${port}; return 204; }`;
	await using other = await startNginx({ http, port });
	assert.equal((await fetch(other.url)).status, 204);
	await assert.rejects(startNginx({ server: "no_such_directive;" }), /no_such_directive/);
});

test("Caddy passes on what its snippet says", { skip: needsCaddy.skip || needsSynapse.skip }, async () => {
	await using synapse = await startSynapse({ masEndpoint: absent, secret });
	const upstream = new URL(synapse.base).host;
	await using proxy = await startCaddy({ site: `respond /closed 404\nreverse_proxy ${upstream}` });
	assert.equal((await fetch(`${proxy.url}_matrix/client/versions`)).status, 200, proxy.logTail());
	assert.equal((await fetch(`${proxy.url}closed`)).status, 404);
	const port = await lastingPort();
	await using other = await startCaddy({ sites: `http://localhost:${port} {\nrespond 204\n}`, port });
	assert.equal((await fetch(other.url)).status, 204);
	await assert.rejects(startCaddy({ site: "no_such_directive" }), /no_such_directive/);
});

async function get(synapse: RunningSynapse, path: string, token?: string) {
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
	const answer = await fetch(new URL(path, synapse.base), { headers });
	const body: unknown = await answer.json().catch(() => ({}));
	return { status: answer.status, body: body as Readonly<Record<string, unknown>> };
}

/** Tells Synapse of a person, as an authorization server does: 201 for a new one, 200 for one it has. */
async function provision(synapse: RunningSynapse, localpart: string): Promise<number> {
	const answer = await fetch(new URL("_synapse/mas/provision_user", synapse.base), {
		method: "POST",
		headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
		body: JSON.stringify({ localpart }),
	});
	return answer.status;
}
