import { pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { hash as argon2, verify as verifyArgon2 } from "@node-rs/argon2";
import { hash as bcrypt, verify as verifyBcrypt } from "@node-rs/bcrypt";
import type { PasswordSchemeConfig } from "../config/index.ts";
import { argon2Shape, bcryptBytes, bcryptSchemeOf, cost } from "./hash-shapes.ts";

/** A scheme that came along with people from MAS, whose settings number them. */
export interface CarriedScheme {
	readonly kind: "carried";
	readonly version: number;
}

/** Hashes of such a scheme say which: that one has the secret, and says how a password is read. */
const named = /^carried:(\d{1,5}):(.*)$/s;

export function carriedHash(version: number, hash: string): string {
	return `carried:${version}:${hash}`;
}

/** The other way round; undefined for a hash that was made here. */
export function carriedParts(text: string): { readonly version: number; readonly hash: string } | undefined {
	const [, version, hash] = named.exec(text) ?? [];
	return version === undefined || hash === undefined ? undefined : { version: Number(version), hash };
}

/** The scheme of a hash that came along; undefined for every other. */
export function carriedSchemeOf(hash: string): CarriedScheme | undefined {
	const parts = carriedParts(hash);
	return parts && { kind: "carried", version: parts.version };
}

/** Whether a hash is one that the scheme makes. */
export function isHashOf({ algorithm }: Pick<PasswordSchemeConfig, "algorithm">, hash: string): boolean {
	switch (algorithm) {
		case "bcrypt":
			return bcryptSchemeOf(hash) !== undefined;
		case "argon2id":
			return argon2Shape.test(hash);
		case "pbkdf2":
			return pbkdf2Shape.test(hash);
	}
}

/** The hash of a new password, as MAS makes it with this scheme. */
export async function hashCarried(scheme: PasswordSchemeConfig, password: string): Promise<string> {
	const secret = secretOf(scheme);
	switch (scheme.algorithm) {
		case "bcrypt":
			return bcrypt(bcryptInput(password, secret), { cost: scheme.cost ?? usualBcryptCost });
		case "argon2id":
			return argon2(password, { ...cost, ...(secret.length > 0 && { secret }) });
		case "pbkdf2": {
			const salt = randomBytes(16);
			const { rounds, length } = usualPbkdf2;
			const key = await derive(behind(password, secret), salt, rounds, length, "sha256");
			return `$pbkdf2-sha256$i=${rounds},l=${length}$${phc(salt)}$${phc(key)}`;
		}
	}
}

/**
 * Whether it is the password of this hash. Without normalisation MAS takes what was typed as it is; what was chosen here
 * since is composed, so that this is tried too where it differs.
 */
export async function verifyCarried(
	scheme: PasswordSchemeConfig,
	hash: string,
	typed: string,
): Promise<boolean> {
	const composed = typed.normalize("NFKC");
	if (await matches(scheme, hash, scheme.unicodeNormalization ? composed : typed)) return true;
	return !scheme.unicodeNormalization && composed !== typed && matches(scheme, hash, composed);
}

async function matches(scheme: PasswordSchemeConfig, hash: string, password: string): Promise<boolean> {
	const secret = secretOf(scheme);
	switch (scheme.algorithm) {
		case "bcrypt":
			return verifyBcrypt(bcryptInput(password, secret), hash);
		case "argon2id":
			return verifyArgon2(hash, password, secret.length > 0 ? { secret } : undefined);
		case "pbkdf2":
			return verifyPbkdf2(hash, behind(password, secret));
	}
}

const usualBcryptCost = 12;
/** As RustCrypto's pbkdf2 has them where nothing is said. */
const usualPbkdf2 = { rounds: 600_000, length: 32 } as const;
const derive = promisify(pbkdf2);
const pbkdf2Shape =
	/^\$pbkdf2-(sha256|sha512)\$i=([1-9]\d{0,7}),l=([1-9]\d{0,2})\$([+/0-9A-Za-z]{1,86})\$([+/0-9A-Za-z]+)$/;

async function verifyPbkdf2(hash: string, password: Buffer): Promise<boolean> {
	const [, digest = "", rounds, length, salt = "", expected = ""] = pbkdf2Shape.exec(hash) ?? [];
	const key = await derive(password, Buffer.from(salt, "base64"), Number(rounds), Number(length), digest);
	const known = Buffer.from(expected, "base64");
	return known.length === key.length && timingSafeEqual(known, key);
}

function secretOf({ secret = "" }: PasswordSchemeConfig): Buffer {
	return Buffer.from(secret);
}

function behind(password: string, secret: Buffer): Buffer {
	return Buffer.concat([Buffer.from(password), secret]);
}

function bcryptInput(password: string, secret: Buffer): Buffer {
	return behind(password, secret).subarray(0, bcryptBytes);
}

/** Base64 as hashes in PHC form have it, without padding. */
function phc(bytes: Buffer): string {
	return bytes.toString("base64").replaceAll("=", "");
}
