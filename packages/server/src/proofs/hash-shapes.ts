/** OWASP's minimum for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
export const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
export const argon2Shape = /^\$argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[+/0-9A-Za-z]+\$[+/0-9A-Za-z]+$/;
/** More bytes bcrypt does not look at. */
export const bcryptBytes = 72;

/** The scheme of a bcrypt hash, as its own text names it; undefined for every other. */
export function bcryptSchemeOf(hash: string): { readonly kind: "bcrypt"; readonly cost: number } | undefined {
	const named = /^\$2[abxy]\$(\d\d)\$[./0-9A-Za-z]{53}$/.exec(hash)?.[1];
	return named === undefined ? undefined : { kind: "bcrypt", cost: Number(named) };
}
