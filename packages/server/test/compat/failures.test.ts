/** Beside Synapse, the server fails at a request itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openCompatWorld } from "../support/compat-world.ts";
import { assertSaysFault } from "../support/failed-answers.ts";

const guarded = "/_matrix/client/v3/keys/device_signing/upload";
const toApp = "https://app.example/";
const tables = ["accounts", "access_tokens", "refresh_tokens", "sso_requests"];

test("apps of the older API, and those that the guard answers, get an error of the API, and people a page", async () => {
	await using world = await openCompatWorld({ mayFail: true });
	const { server, logIn } = world;
	const { body } = await logIn("alice", { refresh_token: true });
	const api = "/_matrix/client/v3";
	const send = (path: string, sent: unknown, token = "") =>
		fetch(new URL(path, server.url), {
			method: "POST",
			headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
			body: JSON.stringify(sent),
		});
	const password = { type: "m.login.password", identifier: { type: "m.id.user", user: "alice" } };
	const surfaces = [
		["login", () => send(`${api}/login`, { ...password, password: "whatever it is" })],
		["refresh", () => send(`${api}/refresh`, { refresh_token: body.refresh_token })],
		["logout", () => send(`${api}/logout`, {}, body.access_token)],
		["an upload", () => send(guarded, {}, body.access_token)],
	] as const;
	for (const table of tables) await server.change(`ALTER TABLE ${table} RENAME TO ${table}_gone`);
	for (const [name, ask] of surfaces) await assertSaysFault({ name, reader: "Matrix app", ask });
	assert.equal((await send(guarded, {}, body.access_token)).headers.get("x-countersign-guard"), "1");
	const redirect = new URL(`${api}/login/sso/redirect?redirectUrl=${toApp}`, server.url);
	await assertSaysFault({ name: "sign-in by browser", reader: "person", ask: () => fetch(redirect) });
	for (const table of tables) await server.change(`ALTER TABLE ${table}_gone RENAME TO ${table}`);
	assert.equal((await surfaces[1][1]()).status, 200, "nothing was spent");
});
