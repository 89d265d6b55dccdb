import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PasswordSchemeConfig } from "../config/index.ts";
import { carriedHash, carriedSchemeOf } from "./carried.ts";
import { createPasswords } from "./passwords.ts";

/** Made by Python's bcrypt and hashlib, and by OpenSSL's argon2. */
const salt = "AAECAwQFBgcICQoLDA0ODw";
const made = {
	bcrypt: "$2b$04$co1Bfb8q7BQiOWCgVYw4/e1jNYbmUIgbmIcjvuxIMgBmwFH0ZgdTK",
	decomposed: "$2b$04$8ihaS6QpI7p1dcStGigkOuvFN7xcAds8IRw4x2X3B7AP4phRz7iGW",
	pbkdf2: `$pbkdf2-sha256$i=1000,l=32$${salt}$oi+mFR3L5h3xpeMht+su70GZ9tUR/D3pPww50J/aQPo`,
	sha512: `$pbkdf2-sha512$i=1000,l=64$${salt}$m74pHUgDD+uaEneU5P1KWdPTM1YZkxziPP9cd1+efaK4p7AjTeS7gA4OsQOrX3mv3/XPuDeaJ5bH1WEkq1NaDA`,
	keyed: `$argon2id$v=19$m=64,t=3,p=1$${salt}$88LwaocJynv5TAvDRAu1UxuuOPiwR2sMfcVkddJCr3Q`,
	argon2id: `$argon2id$v=19$m=128,t=1,p=2$${salt}$NXi0lOgG3gRWLqNoe/IYPzg4YGiDDeOPe4uBPPIrnYg`,
} as const;

const plain = { unicodeNormalization: false } as const;
const schemes: readonly PasswordSchemeConfig[] = [
	{ version: 1, algorithm: "bcrypt", cost: 4, secret: "bcrypt's secret", ...plain },
	{ version: 2, algorithm: "pbkdf2", secret: "pbkdf2's secret", ...plain },
	{ version: 3, algorithm: "argon2id", secret: "argon2id's key", ...plain },
	{ version: 4, algorithm: "argon2id", ...plain },
	{ version: 5, algorithm: "pbkdf2", ...plain },
	{ version: 6, algorithm: "bcrypt", cost: 4, ...plain },
	{ version: 7, algorithm: "bcrypt", cost: 4, unicodeNormalization: true },
];
const passwords = createPasswords({ carried: schemes });
const verify = (version: number, hash: string, typed = "hunter22") =>
	passwords.verify(carriedHash(version, hash), typed);

const each = [
	[1, made.bcrypt],
	[2, made.pbkdf2],
	[3, made.keyed],
	[4, made.argon2id],
	[5, made.sha512],
] as const;

describe("passwords that came from MAS", () => {
	for (const [version, hash] of each)
		test(`are recognised by the scheme of their number: ${hash.slice(0, 14)} as ${version}`, async () => {
			assert.equal(await verify(version, hash), true);
			assert.equal(await verify(version, hash, "hunter23"), false);
			assert.equal(await verify(version, hash, ""), false);
		});

	test("are nobody's with another secret, another scheme, or none", async () => {
		for (const [version, hash] of each)
			for (const other of [0, 1, 2, 3, 4, 5, 6, 7, 99])
				if (other !== version) assert.equal(await verify(other, hash), false, `${hash} as ${other}`);
		for (const broken of ["", "$", "$2b$04$short", "$pbkdf2-sha256$i=0,l=1$AA$AA", "$argon2id$x", "plain"])
			for (const version of [1, 2, 3, 9]) assert.equal(await verify(version, broken), false, broken);
	});

	test("are taken as they are typed where MAS does not compose them", async () => {
		assert.equal(await verify(6, made.decomposed, "cafe\u0301 ten"), true);
		assert.equal(await verify(6, made.decomposed, "caf\u00e9 ten"), false);
		assert.equal(await verify(7, made.decomposed, "cafe\u0301 ten"), false);
	});

	for (const { version, algorithm } of schemes)
		test(`new ones are hashed in the scheme that counts there: ${algorithm} as ${version}`, async () => {
			const forNew = { kind: "carried", version } as const;
			const here = createPasswords({
				carried: schemes,
				schemes: async () => ({ forNew, ofMost: forNew }),
			});
			const hash = await here.hash("caf\u00e9 a new one");
			assert.deepEqual(carriedSchemeOf(hash), forNew);
			assert.equal(await passwords.verify(hash, "caf\u00e9 a new one"), true);
			// Composed when it was chosen, and typed on another keyboard since.
			assert.equal(await passwords.verify(hash, "cafe\u0301 a new one"), true);
			assert.equal(await passwords.verify(hash, "caf\u00e9 a new on"), false);
			assert.deepEqual(carriedSchemeOf(await here.nobodys()), forNew);
			assert.equal(await here.isOutdated(hash), false);
			assert.equal(await passwords.isOutdated(hash), true);
		});

	test("whose settings are gone are hashed here when they are chosen anew", async () => {
		const forNew = { kind: "carried", version: 12 } as const;
		const here = createPasswords({ schemes: async () => ({ forNew, ofMost: forNew }) });
		assert.match(await here.hash("a new password"), /^\$argon2id/);
	});
});
