import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { joined } from "./provider.ts";

describe("claims of two sources", () => {
	test("an address that was fetched is not seen because another one was signed as seen", () => {
		const fetched = { email: "victim@company.example", name: "Alice" };
		assert.deepEqual(joined({ sub: "s", email_verified: true }, fetched), { sub: "s", ...fetched });
	});

	test("an address that was signed is not seen because another one was fetched as seen", () => {
		const signed = { sub: "s", email: "victim@company.example" };
		assert.deepEqual(joined(signed, { email: "own@company.example", email_verified: true }), signed);
	});

	test("a pair of one source counts, the signed one first", () => {
		const fetched = { email: "a@company.example", email_verified: true };
		assert.deepEqual(joined({ sub: "s" }, fetched), { sub: "s", ...fetched });
		const signed = { sub: "s", email: "b@company.example", email_verified: false };
		assert.deepEqual(joined(signed, fetched), signed);
	});

	test("when they signed in is said by what was signed alone", () => {
		assert.deepEqual(joined({ sub: "s" }, { auth_time: 1 }), { sub: "s" });
		assert.deepEqual(joined({ sub: "s", auth_time: 2 }, { auth_time: 1 }), { sub: "s", auth_time: 2 });
	});
});
