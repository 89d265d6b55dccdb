import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { metadataAt } from "../test/support/metadata.ts";
import { scriptedServer } from "../test/support/scripted-server.ts";
import { processRegistrationResponse, registrationRequest } from "./index.ts";

const client = { clientUri: "https://app.example", redirectUris: ["https://app.example/cb"] } as const;

describe("registration (RFC 7591)", () => {
	test("asks for a public client with both grants", async (t) => {
		const server = await scriptedServer(t, [{ status: 201, body: { client_id: "c1" } }]);
		const response = await registrationRequest(metadataAt(server.url), { ...client, clientName: "App" });
		assert.deepEqual(await processRegistrationResponse(response), { clientId: "c1" });
		assert.equal(server.seen[0]?.headers["content-type"], "application/json");
		assert.deepEqual(JSON.parse(server.seen[0]?.body ?? ""), {
			client_uri: "https://app.example",
			client_name: "App",
			redirect_uris: ["https://app.example/cb"],
			application_type: "web",
			response_types: ["code"],
			grant_types: ["authorization_code", "refresh_token"],
			token_endpoint_auth_method: "none",
		});
	});

	test("asks for the device grant, alone or beside the other, and for no client that cannot sign in", async (t) => {
		const server = await scriptedServer(t, [{ status: 201, body: { client_id: "c1" } }]);
		const metadata = metadataAt(server.url);
		const { clientUri } = client;
		await registrationRequest(metadata, { clientUri, deviceGrant: true });
		await registrationRequest(metadata, { ...client, deviceGrant: true });
		const [alone, both] = server.seen.map(({ body }) => JSON.parse(body));
		const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
		assert.deepEqual([alone.grant_types, alone.response_types], [["refresh_token", deviceGrant], []]);
		assert.deepEqual(both.grant_types, ["authorization_code", "refresh_token", deviceGrant]);
		assert.deepEqual(both.response_types, ["code"]);
		await assert.rejects(registrationRequest(metadata, { clientUri }), TypeError);
	});

	test("says why it was refused", async (t) => {
		const body = { error: "invalid_redirect_uri", error_description: "no fragment, please" };
		const server = await scriptedServer(t, [{ status: 400, body }]);
		const answer = processRegistrationResponse(await registrationRequest(metadataAt(server.url), client));
		const error = await expectCode(answer, "oauth-error");
		assert.deepEqual(error.oauth, { error: "invalid_redirect_uri", errorDescription: "no fragment, please" });
		assert.equal(error.status, 400);
	});

	test("is not repeated at another address", async (t) => {
		const server = await scriptedServer(t, [{ status: 307, headers: { location: "/elsewhere" } }]);
		await expectCode(registrationRequest(metadataAt(server.url), client), "network");
		assert.equal(server.seen.length, 1);
	});

	test("needs a client_id", async () => {
		await expectCode(processRegistrationResponse(new Response("{}", { status: 201 })), "malformed-answer");
	});
});
