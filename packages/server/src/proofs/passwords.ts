import { hash as argon2, verify as verifyArgon2 } from "@node-rs/argon2";
import { hash as bcrypt, verify as verifyBcrypt } from "@node-rs/bcrypt";

/** Bounds of a new password after NFKC. Long enough resists guessing; longer ones would only cost time to hash. */
export const passwordBytes = { min: 10, max: 1024 } as const;

/** How passwords are kept: slow, salted, in a text that names its own parameters. */
export interface Passwords {
	/** For a new password. */
	hash(password: string): Promise<string>;
	/** False also where the hash is none that can be read: nobody can sign in with it. */
	verify(hash: string, password: string): Promise<boolean>;
	/** The hash of no password, at the cost of most people's: what is compared where nobody has the name. */
	nobodys(): Promise<string>;
	/** Whether a password of this hash, now that it is known, is to be hashed anew. */
	isOutdated(hash: string): Promise<boolean>;
}

/** How a password is hashed. bcrypt is what Synapse has; its cost is the power of two of its rounds. */
export type PasswordScheme =
	| { readonly kind: "argon2id" }
	| { readonly kind: "bcrypt"; readonly cost: number };

export interface PasswordSchemes {
	readonly forNew: PasswordScheme;
	/** What most people's hash is of. */
	readonly ofMost: PasswordScheme;
}

interface PasswordsOptions {
	/** Stands behind every password before bcrypt hashes it, a secret. Default: nothing. */
	readonly pepper?: string | undefined;
	/** Asked for each password: it changes when a move ends. Default: argon2id for all. */
	readonly schemes?: () => Promise<PasswordSchemes>;
}

/** OWASP's minimum for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const own = { kind: "argon2id" } as const;
const argon2Shape = /^\$argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[+/0-9A-Za-z]+\$[+/0-9A-Za-z]+$/;
/** More bytes bcrypt does not look at. */
const bcryptBytes = 72;

/** argon2id, and bcrypt where people moved in with it; off the main thread. @see https://www.rfc-editor.org/rfc/rfc9106 */
export function createPasswords({
	pepper = "",
	schemes = async () => ({ forNew: own, ofMost: own }),
}: PasswordsOptions = {}): Passwords {
	const peppered = (password: string) => Buffer.from(password + pepper).subarray(0, bcryptBytes);
	const hashAs = (scheme: PasswordScheme, password: string) =>
		scheme.kind === "argon2id" ? argon2(password, cost) : bcrypt(peppered(password), { cost: scheme.cost });
	const nobodys = new Map<string, Promise<string>>();
	const nobodysAs = (scheme: PasswordScheme) => {
		const name = JSON.stringify(scheme);
		const made = nobodys.get(name) ?? hashAs(scheme, crypto.randomUUID());
		nobodys.set(name, made);
		return made;
	};
	return {
		hash: async (password) => hashAs((await schemes()).forNew, password),
		async verify(known, password) {
			if (isBcrypt(known)) return verifyBcrypt(peppered(password), known);
			if (argon2Shape.test(known)) return verifyArgon2(known, password);
			await verifyArgon2(await nobodysAs(own), password);
			return false;
		},
		nobodys: async () => nobodysAs((await schemes()).ofMost),
		isOutdated: async (known) => isBcrypt(known) && (await schemes()).forNew.kind === "argon2id",
	};
}

/** The scheme of a bcrypt hash, as its own text names it; undefined for every other. */
export function bcryptSchemeOf(hash: string): Extract<PasswordScheme, { kind: "bcrypt" }> | undefined {
	const named = /^\$2[abxy]\$(\d\d)\$[./0-9A-Za-z]{53}$/.exec(hash)?.[1];
	return named === undefined ? undefined : { kind: "bcrypt", cost: Number(named) };
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
	if (typed.length > passwordBytes.max) return { ok: false, reason: "password-too-long" };
	const password = typed.normalize("NFKC");
	const isTooLong = Buffer.byteLength(password) > passwordBytes.max;
	return isTooLong ? { ok: false, reason: "password-too-long" } : { ok: true, password };
}

/**
 * One text per password: the same characters typed on another keyboard or system are composed differently, NFKC
 * makes them equal. Refuses what is outside of `passwordBytes`; asks for nothing else.
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
 */
export function parsePassword(typed: string): PasswordText {
	const read = readPassword(typed);
	if (!read.ok || Buffer.byteLength(read.password) >= passwordBytes.min) return read;
	return { ok: false, reason: "password-too-short" };
}
