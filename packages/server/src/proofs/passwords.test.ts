import assert from "node:assert/strict";
import { test } from "node:test";
import { createPasswords, parsePassword } from "./passwords.ts";

test("a password is kept as salted argon2id and recognised again", async () => {
	const passwords = createPasswords();
	const [one, two] = await Promise.all([passwords.hash("a password"), passwords.hash("a password")]);
	assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
	assert.notEqual(one, two);
	assert.equal(await passwords.verify(one, "a password"), true);
	assert.equal(await passwords.verify(one, "another password"), false);
});

test("length counts in bytes after composition", () => {
	assert.equal(parsePassword("123456789").ok, false);
	assert.equal(parsePassword("1234567890").ok, true);
	assert.equal(parsePassword("пароль").ok, true);
	assert.deepEqual(parsePassword("ﬁ".repeat(600)), { ok: false, reason: "password-too-long" });
	assert.equal(parsePassword("x".repeat(1024)).ok, true);
});

test("a password has ten to 1024 bytes", () => {
	const lengths = [9, 10, 1024, 1025].map((length) => parsePassword("x".repeat(length)));
	assert.deepEqual(
		lengths.map((parsed) => parsed.ok || parsed.reason),
		["password-too-short", true, true, "password-too-long"],
	);
});
