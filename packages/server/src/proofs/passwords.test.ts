import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bcryptSchemeOf } from "./hash-shapes.ts";
import { createPasswords, parsePassword, readPassword } from "./passwords.ts";

test("a password is kept as salted argon2id and recognised again", async () => {
	const passwords = createPasswords();
	const [one, two] = await Promise.all([passwords.hash("a password"), passwords.hash("a password")]);
	assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
	assert.notEqual(one, two);
	assert.equal(await passwords.verify(one, "a password"), true);
	assert.equal(await passwords.verify(one, "another password"), false);
	const composed = await passwords.hash("caf\u00e9 ole ten");
	assert.equal(await passwords.verify(composed, "cafe\u0301 ole ten"), true);
});

test("what is enough counts in letters of any script, what is too much in bytes, both after composition", () => {
	for (const letter of ["x", "\u0447", "\u5bc6", "\u{1f511}", "e\u0301"]) {
		assert.deepEqual(parsePassword(letter.repeat(9)), { ok: false, reason: "password-too-short" }, letter);
		assert.equal(parsePassword(letter.repeat(10)).ok, true, letter);
	}
	assert.deepEqual(parsePassword("ﬁ".repeat(600)), { ok: false, reason: "password-too-long" });
	assert.equal(parsePassword("x".repeat(1024)).ok, true);
});

test("a password has ten letters at least and 1024 bytes at most", () => {
	const lengths = [9, 10, 1024, 1025].map((length) => parsePassword("x".repeat(length)));
	assert.deepEqual(
		lengths.map((parsed) => parsed.ok || parsed.reason),
		["password-too-short", true, true, "password-too-long"],
	);
});

test("who has a short password may enter it, however short; a new one has to be longer", () => {
	assert.deepEqual(readPassword("hunter22"), { ok: true, password: "hunter22" });
	assert.deepEqual(readPassword("x".repeat(1025)), { ok: false, reason: "password-too-long" });
	assert.deepEqual(readPassword("cafe\u0301"), { ok: true, password: "caf\u00e9" });
});

/** Made with Python's bcrypt, as Synapse does: NFKC, the pepper behind, 72 bytes. */
const bySynapse = {
	plain: "$2b$04$ch0c4QPpT3UJ.IkHNdxGcOgkWT9gbjPWGrTp7za0QQjYSfTtabeqi",
	peppered: "$2b$04$9goph9Ul2mwiJwkXbB8q9OxJg9b2gxLDsNGm7lXLw9nNC.BL3VDEC",
	long: "$2b$04$9eP6TlikRib3ceZPfBYaEeVxRyte6NYKsg4DMWm2hoGJMVAaMEpW6",
	accents: "$2b$04$UFo3m3DWKEhHJfF6mj9sLOTasLzELWomrCjUavEFN9PjoZmTwkgxa",
} as const;
const pepper = "a pepper";

describe("passwords that came from Synapse", () => {
	test("are recognised with its pepper, and with no other", async () => {
		const [with_, without] = [createPasswords({ pepper }), createPasswords()];
		assert.equal(await with_.verify(bySynapse.peppered, "hunter22"), true);
		assert.equal(await with_.verify(bySynapse.peppered, "hunter23"), false);
		assert.equal(await without.verify(bySynapse.peppered, "hunter22"), false);
		assert.equal(await without.verify(bySynapse.plain, "hunter22"), true);
		assert.equal(await with_.verify(bySynapse.plain, "hunter22"), false);
		for (const typed of ["caf\u00e9 \u00c5 ten", "cafe\u0301 A\u030a ten"])
			assert.equal(await with_.verify(bySynapse.accents, typed), true);
	});

	test("count as far as bcrypt looks, to the seventy-second byte", async () => {
		const passwords = createPasswords({ pepper });
		assert.equal(await passwords.verify(bySynapse.long, "x".repeat(80)), true);
		assert.equal(await passwords.verify(bySynapse.long, "x".repeat(72)), true);
		assert.equal(await passwords.verify(bySynapse.long, "x".repeat(71)), false);
	});

	test("what is no hash is nobody's password, and no failure", async () => {
		const passwords = createPasswords({ pepper });
		for (const hash of ["", "$2b$", "$2b$04$short", "$argon2id$nonsense", "{SSHA}abc", "plain"])
			assert.equal(await passwords.verify(hash, "plain").catch(() => "failed"), false, hash);
	});

	test("new ones are hashed like them as long as there is a way back, and by argon2id from then on", async () => {
		let kind: "argon2id" | "bcrypt" = "bcrypt";
		const scheme = () => (kind === "bcrypt" ? ({ kind, cost: 4 } as const) : ({ kind } as const));
		const schemes = async () => ({ forNew: scheme(), ofMost: scheme() });
		const passwords = createPasswords({ pepper, schemes });
		const there = await passwords.hash("a new password");
		assert.deepEqual(bcryptSchemeOf(there), { kind: "bcrypt", cost: 4 });
		assert.equal(await passwords.verify(there, "a new password"), true);
		assert.deepEqual(bcryptSchemeOf(await passwords.nobodys()), { kind: "bcrypt", cost: 4 });
		assert.equal(await passwords.isOutdated(there), false);
		kind = "argon2id";
		const here = await passwords.hash("a new password");
		assert.match(here, /^\$argon2id/);
		assert.match(await passwords.nobodys(), /^\$argon2id/);
		assert.deepEqual([await passwords.isOutdated(there), await passwords.isOutdated(here)], [true, false]);
	});
});
