/** An app that has a secret, as those do that came along from MAS, asks to be signed in by a code (RFC 8628 3.1). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { secretHash } from "../../src/secrets/index.ts";
import { askDevice, deviceGrantType, registerDeviceClient } from "../support/device-grant.ts";
import { apiScope } from "../support/oauth-flow.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const scope = `${apiScope} urn:matrix:client:device:TELEVISION`;
const secret = "a secret: of a+b %";

describe("an app that has a secret asks for a code", () => {
	let server: RunningServer;
	before(async () => {
		server = await startServer();
	});
	after(() => server.close());

	/** No app is given a secret here: it is written where a move writes it. */
	async function withSecret(client_name: string, method: string) {
		const id = await registerDeviceClient(server, { client_name });
		const [row] = (await server.rows("clients")).filter((one) => one.id === id);
		const metadata = { ...JSON.parse(String(row?.metadata)), token_endpoint_auth_method: method };
		const written = JSON.stringify({ ...metadata, client_secret_hash: secretHash(secret) });
		await server.change(`UPDATE clients SET metadata = '${written}' WHERE id = '${id}'`);
		return id;
	}
	const basic = (id: string, shown: string) => ({
		authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(shown)}`)}`,
	});
	const outcome = ({ status, body }: Awaited<ReturnType<typeof askDevice>>) => [status, body.error];

	test("and is given one for the secret alone, in the way that it registered", async () => {
		const byHeader = await withSecret("By header", "client_secret_basic");
		const byForm = await withSecret("By form", "client_secret_post");
		const other = await registerDeviceClient(server);
		const refused = [401, "invalid_client"];
		const asked: readonly [string, Record<string, string>, Record<string, string>, unknown][] = [
			["none", { client_id: byHeader }, {}, refused],
			["a wrong one", {}, basic(byHeader, `${secret}x`), refused],
			["an empty one", {}, basic(byHeader, ""), refused],
			["its hash", {}, basic(byHeader, secretHash(secret)), refused],
			["in the form", { client_id: byHeader, client_secret: secret }, {}, refused],
			["right", {}, basic(byHeader, secret), [200, undefined]],
			["right, and named twice", { client_id: byHeader }, basic(byHeader, secret), [200, undefined]],
			["of another app", { client_id: byHeader }, basic(other, secret), [400, "invalid_request"]],
			["none, by form", { client_id: byForm }, {}, refused],
			["by header", { client_id: byForm }, basic(byForm, secret), refused],
			["wrong, by form", { client_id: byForm, client_secret: "x" }, {}, refused],
			["right, by form", { client_id: byForm, client_secret: secret }, {}, [200, undefined]],
			["of an app that has none", { client_id: other }, {}, [200, undefined]],
		];
		for (const [what, form, headers, expected] of asked)
			assert.deepEqual(outcome(await askDevice(server, { ...form, scope }, headers)), expected, what);
		const challenged = await askDevice(server, { scope }, basic(byHeader, "wrong"));
		assert.match(challenged.headers.get("www-authenticate") ?? "", /^Basic /);
	});

	test("wrong ones are counted with those of the token endpoint, by address", async () => {
		const id = await withSecret("Guessed", "client_secret_basic");
		const poll = () =>
			fetch(`${server.url}oauth2/token`, {
				method: "POST",
				headers: basic(id, "wrong"),
				body: new URLSearchParams({ grant_type: deviceGrantType, device_code: "x" }),
			});
		let statuses: number[] = [];
		for (let nth = 0; nth < 61; nth++) statuses.push((await poll()).status);
		statuses = statuses.slice(-1);
		const asked = await askDevice(server, { scope }, basic(id, secret));
		assert.deepEqual([...statuses, asked.status, asked.body.error], [429, 429, "temporarily_unavailable"]);
		assert.ok(Number(asked.headers.get("retry-after")) > 0);
	});
});
