/** While people are on their way here nobody is told that somebody who is not here yet is nobody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const paths = ["/account/", "/login", "/.well-known/openid-configuration", "/_matrix/client/v3/keys/query"];

test("a running server serves nobody while people move in, and everybody once they are here", async () => {
	await using server = await startServer();
	const { refreshToken, accessToken, clientId } = await (async () => {
		const browser = await server.register("alice");
		return server.loginDevice({ localpart: "alice", browser });
	})();
	const introspect = () =>
		fetch(new URL("oauth2/introspect", server.url), {
			method: "POST",
			headers: { authorization: `Bearer ${server.introspectionSecret}` },
			body: new URLSearchParams({ token: accessToken }),
		});
	const refresh = () =>
		fetch(new URL("oauth2/token", server.url), {
			method: "POST",
			body: new URLSearchParams({
				...{ grant_type: "refresh_token", refresh_token: refreshToken, client_id: clientId },
			}),
		});
	const statusOf = async (path: string) =>
		(await fetch(new URL(path, server.url), { redirect: "manual" })).status;
	const setState = (state: string) => {
		const scheme = { kind: "argon2id" };
		const move = {
			...{ source: "synapse", state, passwords: { forNew: scheme, ofMost: scheme } },
			...{ startedAt: 1, passedAt: 1, switchedAt: null, settledAt: null },
		};
		return server.change(
			`INSERT INTO settings (name, value) VALUES ('move', '${JSON.stringify(move)}')
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		);
	};
	const isShut = async (shut: boolean) =>
		(await Promise.all(server.ports().map(() => introspect()))).every(
			({ status }) => (status === 503) === shut,
		);

	for (const state of ["moving", "returned"]) {
		await setState(state);
		await until(() => isShut(true));
		const refused = await refresh();
		assert.equal(refused.status, 503);
		assert.equal(((await refused.json()) as { readonly error: string }).error, "temporarily_unavailable");
		assert.ok(refused.headers.has("retry-after"));
		for (const path of paths) assert.equal(await statusOf(path), 503, path);
		for (const path of ["/health", "/metrics"]) assert.notEqual(await statusOf(path), 503, path);
		await setState("switched");
		await until(() => isShut(false));
	}
	assert.equal(((await (await introspect()).json()) as { readonly active: boolean }).active, true);
	assert.equal((await refresh()).status, 200);
});
