import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { challenge, stored, uploading } from "../test/support/uploading.ts";

describe("a challenge", () => {
	for (const [where, knownPages, isAtKnownHost] of [
		["is at the issuer's host", ["http://auth.example/", undefined], true],
		["is at the account page's host", ["https://issuer.example/", "http://auth.example/account/"], true],
		["is at neither host", ["http://issuer.example/", "http://account.example/auth.example"], false],
		["is at another port", ["http://auth.example:8443/"], false],
		["cannot be compared with anything", [undefined, "no address"], undefined],
		["is not to be judged", undefined, undefined],
	] as const)
		test(`says of its page that it ${where}`, async (t) => {
			const { outcome, shown } = await uploading(t, [challenge(), stored], { knownPages });
			await outcome;
			assert.deepEqual(
				shown.map((one) => one.isAtKnownHost),
				[isAtKnownHost],
			);
		});

	for (const url of ["http://auth.example.evil.example/reset/1", "http://evil.example/auth.example"])
		test(`is not taken in by an address that holds the known host: ${url}`, async (t) => {
			const knownPages = ["http://auth.example/"];
			const { outcome, shown } = await uploading(t, [challenge({}, url), stored], { knownPages });
			await outcome;
			assert.equal(shown[0]?.isAtKnownHost, false);
		});

	test("judges no page of another stage, which is the homeserver's own", async (t) => {
		const asking = challenge({ flows: [{ stages: ["m.login.sso"] }], params: {} });
		const knownPages = ["https://auth.example/"];
		const { outcome, shown } = await uploading(t, [asking, stored], { knownPages });
		await outcome;
		assert.equal(shown.length, 1);
		assert.equal(shown[0]?.isAtKnownHost, undefined);
	});
});
