import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { clientAuthentication } from "./client-authentication.ts";

describe("Apple's secret", () => {
	const at = 1_800_000_000_000;
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

	test("is a token of ours for Apple alone, of the key and team that it knows, good for five minutes", async () => {
		const signingKey = { pem, algorithm: "ES256", id: "KEY1234567", team: "TEAM123456" };
		const authenticate = await clientAuthentication(
			{ authMethod: "sign_in_with_apple", signingKey },
			() => at,
		);
		const body = new URLSearchParams();
		const apple = "https://appleid.apple.com";
		const as = { issuer: apple } as Parameters<typeof authenticate>[0];
		await authenticate(as, { client_id: "org.example.matrix" }, body, new Headers());
		assert.equal(body.get("client_id"), "org.example.matrix");
		const secret = body.get("client_secret") ?? "";
		assert.deepEqual(decodeProtectedHeader(secret), { alg: "ES256", kid: "KEY1234567" });
		const { payload } = await jwtVerify(secret, publicKey, { currentDate: new Date(at) });
		assert.deepEqual(payload, {
			...{ iss: "TEAM123456", sub: "org.example.matrix", aud: apple },
			...{ iat: at / 1000, exp: at / 1000 + 300 },
		});
	});
});

describe("the key of private_key_jwt", () => {
	for (const [algorithm, made] of [
		["ES256", generateKeyPairSync("ec", { namedCurve: "prime256v1" })],
		["ES512", generateKeyPairSync("ec", { namedCurve: "secp521r1" })],
		["PS256", generateKeyPairSync("rsa", { modulusLength: 2048 })],
		["RS512", generateKeyPairSync("rsa", { modulusLength: 2048 })],
	] as const)
		test(`signs by the name of its algorithm, ${algorithm}, and says which key it is`, async () => {
			const pem = made.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
			const signingKey = { pem, algorithm, id: "ours" };
			const authenticate = await clientAuthentication(
				{ authMethod: "private_key_jwt", signingKey },
				Date.now,
			);
			const body = new URLSearchParams();
			const as = { issuer: "https://id.example.org" } as Parameters<typeof authenticate>[0];
			await authenticate(as, { client_id: "matrix" }, body, new Headers());
			const shown = body.get("client_assertion") ?? "";
			assert.deepEqual(decodeProtectedHeader(shown), { alg: algorithm, kid: "ours" });
			const { payload } = await jwtVerify(shown, made.publicKey);
			assert.deepEqual([payload.iss, payload.sub], ["matrix", "matrix"]);
		});
});
