import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { byOperator } from "../../test/support/actors.ts";
import { home, openPeopleWorld } from "../../test/support/people-world.ts";
import type { PasswordSchemeConfig } from "../config/index.ts";
import { carriedHash } from "./carried.ts";
import { createPasswords, type PasswordSchemes } from "./passwords.ts";

const password = "hunter22";
const own = { kind: "argon2id" } as const;
/** Made by Python's bcrypt and hashlib, and by OpenSSL's argon2. */
const salt = "AAECAwQFBgcICQoLDA0ODw";
const carried: readonly (PasswordSchemeConfig & { readonly made: string })[] = [
	{
		...{ version: 1, algorithm: "bcrypt", cost: 4, secret: "bcrypt's secret", unicodeNormalization: false },
		made: "$2b$04$co1Bfb8q7BQiOWCgVYw4/e1jNYbmUIgbmIcjvuxIMgBmwFH0ZgdTK",
	},
	{
		...{ version: 2, algorithm: "pbkdf2", secret: "pbkdf2's secret", unicodeNormalization: false },
		made: `$pbkdf2-sha256$i=1000,l=32$${salt}$oi+mFR3L5h3xpeMht+su70GZ9tUR/D3pPww50J/aQPo`,
	},
	{
		...{ version: 3, algorithm: "argon2id", secret: "argon2id's key", unicodeNormalization: false },
		made: `$argon2id$v=19$m=64,t=3,p=1$${salt}$88LwaocJynv5TAvDRAu1UxuuOPiwR2sMfcVkddJCr3Q`,
	},
];

/** Somebody with this hash, as they moved in, and sign-ins of theirs while passwords are hashed like this. */
async function openWith(moved: string) {
	let schemes: PasswordSchemes = { forNew: { kind: "bcrypt", cost: 4 }, ofMost: own };
	const passwordsOf = () => createPasswords({ carried, schemes: async () => schemes });
	const world = await openPeopleWorld({ passwordsOf });
	const id = await world.add("mia", "some long password");
	const stored = async () => (await world.storage.read.accounts.find({ id }))?.passwordHash ?? "";
	const first = await stored();
	await world.storage.write(({ accounts }) => accounts.rehash({ id, from: first, to: moved }));
	return {
		...{ world, id, stored },
		settle() {
			schemes = { ...schemes, forNew: own };
		},
		signIn: (typed: string) => world.proofs.signIn({ name: "mia", password: typed, address: home }),
		[Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
	};
}

describe("a password that moved in", () => {
	for (const [name, made] of [
		["bcrypt, of Synapse's", () => bcrypt(password, { cost: 4 })],
		...carried.map(
			(of) => [`${of.algorithm}, of MAS's`, async () => carriedHash(of.version, of.made)] as const,
		),
	] as const)
		test(`is hashed here at a sign-in once nobody goes back: ${name}`, async () => {
			const moved = await made();
			await using mia = await openWith(moved);
			assert.equal((await mia.signIn(password)).ok, true);
			assert.equal(
				await mia.stored(),
				moved,
				"where it came from it has to be known, as long as they may go back",
			);
			mia.settle();
			assert.equal((await mia.signIn(`${password}x`)).ok, false);
			assert.equal(await mia.stored(), moved, "a wrong one is nobody's");
			const before = await mia.world.storage.read.accounts.find({ id: mia.id });
			assert.equal((await mia.signIn(password)).ok, true);
			const passwordHash = await mia.stored();
			assert.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
			// Nobody is signed out by it.
			assert.deepEqual(await mia.world.storage.read.accounts.find({ id: mia.id }), {
				...before,
				passwordHash,
			});
			assert.equal((await mia.signIn(password)).ok, true);
			assert.equal((await mia.signIn(`${password}x`)).ok, false);
			assert.equal(await mia.stored(), passwordHash, "and not again");
		});

	test("of somebody who is locked is hashed here as well, and opens nothing", async () => {
		await using mia = await openWith(await bcrypt(password, { cost: 4 }));
		mia.settle();
		await mia.world.operator.lock(mia.id, byOperator);
		assert.deepEqual(await mia.signIn(password), { ok: false, reason: "locked" });
		assert.match(await mia.stored(), /^\$argon2id/);
	});
});
