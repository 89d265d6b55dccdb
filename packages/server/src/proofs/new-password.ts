/// <reference path="./fxa-common-password-list.d.ts" />
import { type PasswordText, parsePassword } from "./passwords.ts";

export type NewPasswordRefusal =
	| Extract<PasswordText, { readonly ok: false }>["reason"]
	/** One of those that are tried first, or made of little else. */
	| "password-common"
	/** Little else than what everybody can know of whose it is. */
	| "password-personal";

type NewPassword =
	| { readonly ok: true; readonly password: string }
	| { readonly ok: false; readonly reason: NewPasswordRefusal };

/** How many letters and digits have to be somebody's own. */
const ownLength = 8;

/**
 * A password that somebody chooses: within bounds, none that is tried first, and not made of what is known of them. Looks
 * at nothing outside this server. What was chosen before, here or elsewhere, goes on working.
 * @param words the person's name, addresses, the server's name and the like, as they are
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
 */
export async function checkNewPassword(typed: string, words: readonly string[]): Promise<NewPassword> {
	const read = parsePassword(typed);
	if (!read.ok) return read;
	const text = read.password.toLowerCase();
	const own = withoutWords(text, words);
	if (own !== text && squeezed(own).length < ownLength) return { ok: false, reason: "password-personal" };
	const isListed = await commonPasswords();
	const isCommon = [text, own].some((it) => isLittle(it) || formsOf(it).some(isListed));
	return isCommon ? { ok: false, reason: "password-common" } : read;
}

/** Read when the first password is chosen: many a server never sees one. */
async function commonPasswords(): Promise<(text: string) => boolean> {
	const { default: list } = await import("fxa-common-password-list");
	return (text) => list.test(text);
}

/** What it may be a disguise of: something is before or behind it, signs stand for letters, or it is there twice. */
function formsOf(text: string): readonly string[] {
	const bare = betweenLetters(text);
	const plain = bare.replace(/[013457@$!]/g, (sign) => meant[sign] ?? sign);
	return [...new Set([text, squeezed(text), bare, plain].flatMap((form) => [form, repeated(form)]))];
}

/** From the first letter to the last. */
function betweenLetters(text: string): string {
	const runs = [...text.matchAll(/\p{L}+/gu)];
	const last = runs.at(-1);
	return last === undefined ? "" : text.slice(runs[0]?.index, last.index + last[0].length);
}

const meant: Readonly<Record<string, string>> = {
	...{ "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" },
};

/** The same few characters again and again, or one after the other as they are counted. */
function isLittle(text: string): boolean {
	if (repeated(text).length < ownLength) return true;
	const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
	const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
	return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}

/**
 * What is said again and again, the last time perhaps not to its end; the text itself where nothing is. In one pass (Knuth,
 * Morris, Pratt): strangers may send a thousand characters.
 */
function repeated(text: string): string {
	/** For the text up to there: how much of its end is its beginning. */
	const borders: number[] = [];
	let border = 0;
	for (let at = 1; at < text.length; at++) {
		while (border > 0 && text[at] !== text[border]) border = borders[border - 1] ?? 0;
		if (text[at] === text[border]) border += 1;
		borders[at] = border;
	}
	return text.slice(0, text.length - border);
}

/** Letters and digits, nothing between. */
function squeezed(text: string): string {
	return text.replace(/[^\p{L}\p{N}]/gu, "");
}

/** Without the words, the longest first. Shorter ones than three characters stand in too many others. */
function withoutWords(text: string, words: readonly string[]): string {
	const parts = words.flatMap((word) => {
		const lower = word.normalize("NFKC").toLowerCase();
		return [lower, squeezed(lower), ...lower.split(/[^\p{L}\p{N}]+/u)];
	});
	const known = [...new Set(parts)].filter((part) => part.length >= 3);
	return known.sort((a, b) => b.length - a.length).reduce((rest, part) => rest.replaceAll(part, ""), text);
}
