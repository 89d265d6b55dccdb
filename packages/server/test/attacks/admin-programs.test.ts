/** Programs of the operator's: what their secrets and tokens are good for, and until when. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld, programToken } from "../support/admin-api.ts";

describe("programs of the operator's", () => {
	let world: AdminWorld;
	before(async () => {
		world = await openAdminWorld();
	});
	after(() => world[Symbol.asyncDispose]());
	const create = async (name: string) => JSON.parse(await world.type("programs", "create", name, "--json"));

	test("administer in their own name, by their secret, until they are revoked: then at once", async () => {
		const program = await create("backup tool");
		const bought = await programToken(world.server, program);
		assert.equal(bought.status, 200, JSON.stringify(bought.body));
		const { access_token: token, ...rest } = bought.body;
		assert.deepEqual(rest, { token_type: "Bearer", expires_in: 300, scope: "urn:mas:admin" });
		assert.equal((await world.ask("GET", "users", { token })).status, 200);
		const made = await world.ask("POST", "users", { token, body: { username: "byprogram" } });
		assert.equal(made.status, 201);
		assert.deepEqual(await world.log("byprogram", 1), [
			["account-registered", "program", `backup tool (${program.client_id})`],
		]);
		const rows = JSON.stringify(await world.server.rows("clients"));
		assert.ok(!rows.includes(program.client_secret), "of the secret a hash is kept");
		await world.type("programs", "revoke", program.client_id);
		assert.equal((await world.ask("GET", "users", { token })).status, 401);
		assert.equal((await programToken(world.server, program)).status, 401);
	});

	test("are given nothing else, and nothing for a wrong secret or none", async () => {
		const program = await create("other tool");
		for (const form of [{}, { scope: "" }, { scope: "urn:synapse:admin:*" }, { scope: "openid" }])
			assert.equal((await programToken(world.server, program, form)).body.error, "invalid_scope");
		const wrong = { ...program, client_secret: "wrong" };
		assert.deepEqual((await programToken(world.server, wrong)).body.error, "invalid_client");
		const bare = await fetch(new URL("oauth2/token", world.server.url), {
			method: "POST",
			body: new URLSearchParams({
				...{ grant_type: "client_credentials", client_id: program.client_id, scope: "urn:mas:admin" },
			}),
		});
		assert.equal(bare.status, 401);
		const { clientId } = await world.server.loginDevice({ localpart: "alice" });
		const app = await fetch(new URL("oauth2/token", world.server.url), {
			method: "POST",
			body: new URLSearchParams({
				...{ grant_type: "client_credentials", client_id: clientId, scope: "urn:mas:admin" },
			}),
		});
		assert.deepEqual([app.status, ((await app.json()) as { error: string }).error], [400, "invalid_request"]);
	});

	test("hold tokens that open nothing else, and that nobody can make or change", async () => {
		const program = await create("third tool");
		const { access_token: token } = (await programToken(world.server, program)).body;
		assert.equal((await world.server.call({ accessToken: token }, "GET", "account/whoami")).status, 401);
		const [, payload = "", mark = ""] = token.split("_");
		const hex = (text: string) => Buffer.from(text).toString("hex");
		const later = hex(Buffer.from(payload, "hex").toString().replace(/^\d+/, "9999999999999"));
		for (const forged of [
			`mcl_${later}_${mark}`,
			`mcl_${payload}_${"0".repeat(64)}`,
			`mcl_${hex(`9999999999999 ${program.client_id}`)}_${mark}`,
			`mcl_${payload}`,
			`mcl__${mark}`,
		])
			assert.equal((await world.ask("GET", "users", { token: forged })).status, 401, forged);
	});

	test("cannot be registered by apps", async () => {
		const response = await fetch(new URL("oauth2/registration", world.server.url), {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				client_uri: "https://app.example/",
				grant_types: ["client_credentials"],
				token_endpoint_auth_method: "client_secret_basic",
			}),
		});
		assert.equal(response.status, 400);
		const besides = await fetch(new URL("oauth2/registration", world.server.url), {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				client_uri: "https://app.example/",
				redirect_uris: ["https://app.example/back"],
				grant_types: ["authorization_code", "client_credentials"],
			}),
		});
		const { grant_types } = (await besides.json()) as { grant_types: string[] };
		assert.deepEqual([besides.status, grant_types], [201, ["authorization_code"]]);
	});
});

test("secrets of clients are guessed sixty times in ten minutes from one address, and no more", async () => {
	await using world = await openAdminWorld();
	const program = JSON.parse(await world.type("programs", "create", "job", "--json"));
	for (let at = 0; at < 3; at += 1) assert.equal((await programToken(world.server, program)).status, 200);
	const wrong = { ...program, client_secret: "wrong" };
	const guesses = await Promise.all(Array.from({ length: 70 }, () => programToken(world.server, wrong)));
	const refused = guesses.filter(({ status, body }) => status === 401 && body.error === "invalid_client");
	assert.equal(refused.length, 60);
	const waiting = guesses.filter(({ status }) => status === 429);
	assert.equal(waiting.length, 10);
	for (const { headers } of waiting) assert.ok(Number(headers.get("retry-after")) > 0);
	assert.equal((await programToken(world.server, program)).status, 429, "nobody learns which would be right");
});
