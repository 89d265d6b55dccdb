import { z } from "zod";

/** A way to hash passwords, as a MAS from which people moved in has it. */
export interface PasswordSchemeConfig {
	readonly version: number;
	readonly algorithm: "bcrypt" | "argon2id" | "pbkdf2";
	/** Of bcrypt. Default: 12. */
	readonly cost?: number | undefined;
	/** The key of argon2id, and what stands behind a password for the others. Default: nothing. */
	readonly secret?: string | undefined;
	/** Whether what was typed is composed (NFKC) before it is hashed. */
	readonly unicodeNormalization: boolean;
}

const scheme = z
	.strictObject({
		version: z.number().int().min(0).max(65_535),
		algorithm: z.enum(["bcrypt", "argon2id", "pbkdf2"]),
		cost: z.number().int().min(4).max(31).optional(),
		secret: z.string().optional(),
		unicode_normalization: z.boolean().default(false),
	})
	.transform(({ unicode_normalization: unicodeNormalization, ...rest }) => ({
		...rest,
		unicodeNormalization,
	}));

const schemes = z.array(scheme).min(1);

/** Reads a list in JSON, each scheme in MAS's own names and no version twice; undefined where it is none. */
export function parsePasswordSchemes(text: string): readonly PasswordSchemeConfig[] | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	const read = schemes.safeParse(value);
	if (!read.success) return undefined;
	const versions = new Set(read.data.map(({ version }) => version));
	return versions.size === read.data.length ? read.data : undefined;
}

/** The same list as text. */
export function passwordSchemesText(list: readonly PasswordSchemeConfig[]): string {
	const named = list.map(({ unicodeNormalization: unicode_normalization, ...rest }) => ({
		...rest,
		unicode_normalization,
	}));
	return JSON.stringify(named);
}
