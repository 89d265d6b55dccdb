import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { metadataAt } from "../test/support/metadata.ts";
import { scriptedServer } from "../test/support/scripted-server.ts";
import { discoverAuthMetadata, processAuthMetadataResponse } from "./index.ts";

const homeserver = "https://matrix.example.org";
const judge = (changes: object) =>
	processAuthMetadataResponse(
		homeserver,
		new Response(JSON.stringify({ ...metadataAt("https://auth.example.org"), ...changes })),
	);

describe("OAuth metadata", () => {
	test("comes by the stable path", async (t) => {
		const server = await scriptedServer(t, [{ status: 200, body: metadataAt("http://127.0.0.1:1") }]);
		const metadata = await discoverAuthMetadata(server.url);
		assert.equal(metadata.token_endpoint, "http://127.0.0.1:1/oauth2/token");
		assert.deepEqual(
			server.seen.map(({ path }) => path),
			["/_matrix/client/v1/auth_metadata"],
		);
	});

	test("comes by the unstable path where the stable one is unknown", async (t) => {
		const server = await scriptedServer(t, [
			{ status: 404, body: { errcode: "M_UNRECOGNIZED", error: "" } },
			{ status: 200, body: metadataAt("http://127.0.0.1:1") },
		]);
		await discoverAuthMetadata(server.url);
		assert.equal(server.seen[1]?.path, "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata");
	});

	test("may be absent", async (t) => {
		const server = await scriptedServer(t, [{ status: 404, body: {} }]);
		await expectCode(discoverAuthMetadata(server.url), "oauth-unsupported");
		assert.equal(server.seen.length, 2);
	});

	test("is not looked for elsewhere when the server only fails", async (t) => {
		const server = await scriptedServer(t, [{ status: 503, body: { errcode: "M_UNKNOWN", error: "" } }]);
		const error = await expectCode(discoverAuthMetadata(server.url), "http-status");
		assert.equal(error.matrix?.errcode, "M_UNKNOWN");
		assert.equal(server.seen.length, 1);
	});

	test("is taken whole", async () => {
		const metadata = await judge({ account_management_uri: "https://auth.example.org/account/" });
		assert.equal(metadata.account_management_uri, "https://auth.example.org/account/");
	});

	test("loses an account page that is a local file", async () => {
		const metadata = await judge({ account_management_uri: "file:///etc/passwd" });
		assert.equal(metadata.account_management_uri, undefined);
	});

	for (const [what, changes] of [
		["lacks an endpoint", { token_endpoint: undefined }],
		["lacks S256", { code_challenge_methods_supported: ["plain"] }],
		["sends the person to a script", { authorization_endpoint: "javascript:alert(1)" }],
		["downgrades an https homeserver", { token_endpoint: "http://auth.example.org/token" }],
		["hides a host behind credentials", { revocation_endpoint: "https://auth.example.org@evil.example/" }],
		["leads to a plain http account page", { account_management_uri: "http://auth.example.org/" }],
	] as const) {
		test(`is refused when it ${what}`, async () => {
			await expectCode(judge(changes), "malformed-metadata");
		});
	}
});
