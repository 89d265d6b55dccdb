import { hash as argon2, verify as verifyArgon2 } from "@node-rs/argon2";
import { hash as bcrypt, verify as verifyBcrypt } from "@node-rs/bcrypt";
import type { PasswordSchemeConfig } from "../config/index.ts";
import {
	type CarriedScheme,
	carriedHash,
	carriedSchemeOf,
	hashCarried,
	isHashOf,
	verifyCarried,
} from "./carried.ts";
import { argon2Shape, bcryptBytes, cost } from "./hash-shapes.ts";

/**
 * Bounds of a new password after NFKC. Letters are counted, since those of some scripts have several bytes each: enough of
 * them resist guessing. More bytes would only cost time to hash.
 */
export const passwordLimits = { minCharacters: 10, maxBytes: 1024 } as const;

/** How passwords are kept: slow, salted, in a text that names its own parameters. */
export interface Passwords {
	/** For a new password. */
	hash(password: string): Promise<string>;
	/** False also where the hash is none that can be read: nobody can sign in with it. @param typed as it was entered */
	verify(hash: string, typed: string): Promise<boolean>;
	/** The hash of no password, at the cost of most people's: what is compared where nobody has the name. */
	nobodys(): Promise<string>;
	/** Whether a password of this hash, now that it is known, is to be hashed anew. */
	isOutdated(hash: string): Promise<boolean>;
}

/** How a password is hashed. bcrypt is what Synapse has; its cost is the power of two of its rounds. */
export type PasswordScheme =
	| { readonly kind: "argon2id" }
	| { readonly kind: "bcrypt"; readonly cost: number }
	| CarriedScheme;

export interface PasswordSchemes {
	readonly forNew: PasswordScheme;
	/** What most people's hash is of. */
	readonly ofMost: PasswordScheme;
}

interface PasswordsOptions {
	/** Stands behind every password before bcrypt hashes it, a secret. Default: nothing. */
	readonly pepper?: string | undefined;
	/** Those of a MAS from which people moved in. Default: none. */
	readonly carried?: readonly PasswordSchemeConfig[] | undefined;
	/** Asked for each password: it changes when a move ends. Default: argon2id for all. */
	readonly schemes?: () => Promise<PasswordSchemes>;
}

const own = { kind: "argon2id" } as const;

/** argon2id, and whatever people moved in with; off the main thread. @see https://www.rfc-editor.org/rfc/rfc9106 */
export function createPasswords({
	pepper = "",
	carried = [],
	schemes = async () => ({ forNew: own, ofMost: own }),
}: PasswordsOptions = {}): Passwords {
	const peppered = (password: string) => Buffer.from(password + pepper).subarray(0, bcryptBytes);
	const schemeOf = (version: number | undefined) => carried.find((scheme) => scheme.version === version);
	const hashAs = async (scheme: PasswordScheme, password: string): Promise<string> => {
		if (scheme.kind === "argon2id") return argon2(password, cost);
		if (scheme.kind === "bcrypt") return bcrypt(peppered(password), { cost: scheme.cost });
		const there = schemeOf(scheme.version);
		// Its settings are gone: nobody of it can sign in any more, but whoever chooses a password can.
		return there === undefined
			? argon2(password, cost)
			: carriedHash(scheme.version, await hashCarried(there, password));
	};
	const nobodys = new Map<string, Promise<string>>();
	const nobodysAs = (scheme: PasswordScheme) => {
		const name = JSON.stringify(scheme);
		const made = nobodys.get(name) ?? hashAs(scheme, crypto.randomUUID());
		nobodys.set(name, made);
		return made;
	};
	return {
		hash: async (password) => hashAs((await schemes()).forNew, password),
		async verify(known, typed) {
			const scheme = schemeOf(carriedSchemeOf(known)?.version);
			const hash = known.slice(known.indexOf("$"));
			if (scheme !== undefined && isHashOf(scheme, hash)) return verifyCarried(scheme, hash, typed);
			const password = typed.normalize("NFKC");
			if (isBcrypt(known)) return verifyBcrypt(peppered(password), known);
			if (argon2Shape.test(known)) return verifyArgon2(known, password);
			await verifyArgon2(await nobodysAs(own), password);
			return false;
		},
		nobodys: async () => nobodysAs((await schemes()).ofMost),
		isOutdated: async (known) =>
			(isBcrypt(known) || carriedSchemeOf(known) !== undefined) &&
			(await schemes()).forNew.kind === "argon2id",
	};
}

function isBcrypt(hash: string): boolean {
	return hash.startsWith("$2");
}

export type PasswordText =
	| { readonly ok: true; readonly password: string }
	| { readonly ok: false; readonly reason: "password-too-short" | "password-too-long" };

/**
 * A password as somebody enters it who has one: as `parsePassword`, but a short one may be right, because it came along
 * from where it was chosen.
 */
export function readPassword(
	typed: string,
): PasswordText & ({ readonly ok: true } | { readonly reason: "password-too-long" }) {
	if (typed.length > passwordLimits.maxBytes) return { ok: false, reason: "password-too-long" };
	const password = typed.normalize("NFKC");
	const isTooLong = Buffer.byteLength(password) > passwordLimits.maxBytes;
	return isTooLong ? { ok: false, reason: "password-too-long" } : { ok: true, password };
}

/**
 * One text per password: the same characters typed on another keyboard or system are composed differently, NFKC
 * makes them equal. Refuses what is outside of `passwordLimits`; asks for nothing else.
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
 */
export function parsePassword(typed: string): PasswordText {
	const read = readPassword(typed);
	if (!read.ok || [...read.password].length >= passwordLimits.minCharacters) return read;
	return { ok: false, reason: "password-too-short" };
}
