import { existsSync, readFileSync } from "node:fs";
import { resolve, sep } from "node:path";
import { createSealPair, createUnseal, publicOfSeal, type Unseal } from "../moving/index.ts";
import { writeNewFiles } from "./write-new-files.ts";

type Outcome<Made> =
	| { readonly ok: true; readonly made: Made }
	| { readonly ok: false; readonly problem: string };

const refuse = (problem: string) => ({ ok: false, problem }) as const;

/**
 * The public half of the key in a file that the operator names, which is made where it is not there. Never within the
 * data: whoever has those would have what opens them.
 */
export async function publicSealOf(file: string, dataDirectory: string): Promise<Outcome<string>> {
	const path = resolve(file);
	if (path.startsWith(`${resolve(dataDirectory)}${sep}`))
		return refuse(
			`${path} is within the data. Name a file elsewhere: whoever has the data must not have it.`,
		);
	if (existsSync(path)) {
		const made = publicOfSeal(readFileSync(path, "utf8"));
		return made === undefined ? refuse(noKey(path)) : { ok: true, made };
	}
	const { publicKey, privatePem } = createSealPair();
	const written = await writeNewFiles([{ path, text: privatePem, isSecret: true }]);
	return written.ok ? { ok: true, made: publicKey } : written;
}

/** What opens first tokens, from the same file. */
export function unsealOf(file: string): Outcome<Unseal> {
	const path = resolve(file);
	if (!existsSync(path)) return refuse(`${path} is not there.`);
	const made = createUnseal(readFileSync(path, "utf8"));
	return made === undefined ? refuse(noKey(path)) : { ok: true, made };
}

function noKey(path: string): string {
	return `${path} holds no key of move run --seal. Nothing was done.`;
}
