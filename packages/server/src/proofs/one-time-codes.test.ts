import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newSecret, openSecret, sealSecret, secretAddress, stepOf } from "./one-time-codes.ts";
import { newRecoveryCode, recoveryHash } from "./recovery-codes.ts";

describe("one-time codes", () => {
	/** "12345678901234567890", with the times and the last six digits of its appendix B. */
	const secret = newSecret(Buffer.from("12345678901234567890"));

	test("are those of RFC 6238", () => {
		for (const [seconds, code] of [
			[59, "287082"],
			[1_111_111_109, "081804"],
			[1_234_567_890, "005924"],
			[2_000_000_000, "279037"],
		] as const)
			assert.equal(stepOf(secret, code, seconds * 1000), Math.floor(seconds / 30), code);
	});

	test("say of which step they are, one before and one after now at most", () => {
		const at = 1_111_111_109_000;
		const step = 37_037_036;
		const found = [-60_000, -30_000, 0, 30_000, 60_000].map((off) => stepOf(secret, "081804", at + off));
		assert.deepEqual(found, [undefined, step, step, step, undefined]);
		assert.equal(stepOf(secret, "081805", at), undefined);
	});

	test("come from a secret that apps read: its account and its server in words", () => {
		const uri = new URL(secretAddress(secret, { userId: "@alice:example.org", issuer: "example.org" }));
		assert.equal(
			decodeURIComponent(uri.pathname),
			"//totp/example.org:@alice:example.org".slice(uri.host === "totp" ? 6 : 0),
		);
		assert.equal(uri.searchParams.get("secret"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
		assert.equal(uri.searchParams.get("issuer"), "example.org");
	});
});

describe("a sealed secret", () => {
	const key = new Uint8Array(32).fill(1);
	const sealed = sealSecret(key, "SECRET", "alice");

	test("opens for its account under its key, and looks like no other", () => {
		assert.equal(openSecret(key, sealed, "alice"), "SECRET");
		assert.notEqual(sealSecret(key, "SECRET", "alice"), sealed);
	});

	test("opens for nobody else, under no other key, and not changed", () => {
		assert.throws(() => openSecret(key, sealed, "bob"));
		assert.throws(() => openSecret(new Uint8Array(32).fill(2), sealed, "alice"));
		const bytes = Buffer.from(sealed, "base64url");
		for (const at of [0, 12, 28]) {
			const changed = Buffer.from(bytes);
			changed[at] = (changed[at] ?? 0) ^ 1;
			assert.throws(() => openSecret(key, changed.toString("base64url"), "alice"), `${at}`);
		}
	});
});

describe("recovery codes", () => {
	test("are twenty-four letters in groups of four, and none that is taken for another", () => {
		const all = new Uint8Array(256).map((_, at) => at);
		const code = newRecoveryCode((count) => all.slice(0, count));
		assert.equal(code, "abcd-efgh-jkmn-pqrs-tuvw-xyz2");
		assert.equal(
			newRecoveryCode((count) => new Uint8Array(count).fill(247)),
			"9999-9999-9999-9999-9999-9999",
		);
	});

	test("leave out what would favour some letters", () => {
		const draws = [new Uint8Array(48).fill(248), new Uint8Array(48).fill(0)];
		assert.equal(
			newRecoveryCode(() => draws.shift() ?? assert.fail()),
			"aaaa-aaaa-aaaa-aaaa-aaaa-aaaa",
		);
	});

	test("are known by a hash, in whatever way they are typed, that is of one account", () => {
		const hash = recoveryHash("alice", "abcd-efgh-jkmn-pqrs");
		assert.equal(recoveryHash("alice", " ABCDEFGH jkmnpqrs\t"), hash);
		assert.notEqual(recoveryHash("bob", "abcd-efgh-jkmn-pqrs"), hash);
		assert.match(hash, /^[\w-]{43}$/);
	});
});
