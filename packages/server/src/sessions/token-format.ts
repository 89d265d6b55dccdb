import { createHmac, hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Random } from "../config/ports.ts";

/**
 * `lasting`: an access token that the operator issued and that nothing renews. `compat-`: those of the older login
 * API. A kind is worth nothing where another one is asked for.
 */
export type TokenKind = "access" | RefreshKind | "lasting" | "compat-access";
export type RefreshKind = "refresh" | "compat-refresh";

/** All begin with `m`, by which the log knows a token. */
const prefixes: Readonly<Record<TokenKind, string>> = {
	access: "mat",
	refresh: "mar",
	lasting: "mpt",
	"compat-access": "mct",
	"compat-refresh": "mcr",
};
/** Every kind that there is. */
export const tokenKinds = Object.keys(prefixes) as readonly TokenKind[];
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const base = BigInt(alphabet.length);
const randomDigits = 30;
const checkDigits = 6;
const shape = new RegExp(
	`^(?:${Object.values(prefixes).join("|")})_[0-9A-Za-z]{${randomDigits}}_[0-9A-Za-z]{${checkDigits}}$`,
);
/** Keeps these hashes apart from every other use of the same key. */
const successorLabel = "countersign/refresh-token-successor/1";

/**
 * A new token: prefix, 30 letters and digits (178 bits), and a check sum. Prefix and sum let scanners of leaked
 * secrets know one when they see it, and let us refuse noise before any lookup.
 */
export function createToken(kind: TokenKind, random: Random): string {
	return format(kind, random.bytes(32));
}

/** Which kind of token this text is; `undefined` when nothing we handed out can look like it. */
export function tokenKind(text: string): TokenKind | undefined {
	if (!shape.test(text)) return undefined;
	const body = text.slice(0, -(checkDigits + 1));
	if (text.slice(-checkDigits) !== checksum(body)) return undefined;
	return tokenKinds.find((kind) => text.startsWith(prefixes[kind]));
}

/** What is stored of a token. Tokens have too much entropy to be guessed from their hash, so no salt is needed. */
export function tokenHash(token: string): string {
	return hash("sha256", token, "base64url");
}

/**
 * The refresh token that follows this one: always the same, so that an answer that was lost can be given again
 * without being stored, and knowable only with the key, so that a stolen token does not yield its descendants.
 */
export function successorOf(refreshToken: string, key: Uint8Array): string {
	const mac = createHmac("sha256", key).update(successorLabel).update("\0").update(refreshToken).digest();
	return format(isCompat(refreshToken) ? "compat-refresh" : "refresh", mac);
}

/** The kind of access token that is handed out beside this refresh token. */
export function accessKindBeside(refreshToken: string): TokenKind {
	return isCompat(refreshToken) ? "compat-access" : "access";
}

export function isRefresh(kind: TokenKind): kind is RefreshKind {
	return kind === "refresh" || kind === "compat-refresh";
}

function isCompat(refreshToken: string): boolean {
	return tokenKind(refreshToken) === "compat-refresh";
}

function format(kind: TokenKind, entropy: Uint8Array): string {
	const number = BigInt(`0x${Buffer.from(entropy).toString("hex")}`);
	const body = `${prefixes[kind]}_${digits(number, randomDigits)}`;
	return `${body}_${checksum(body)}`;
}

/** In plain numbers, not as `digits` does: it is done for every request. */
function checksum(body: string): string {
	let rest = crc32(body);
	let text = "";
	while (text.length < checkDigits) {
		text = alphabet.charAt(rest % alphabet.length) + text;
		rest = Math.floor(rest / alphabet.length);
	}
	return text;
}

/** The last `count` digits to base 62, most significant first. */
function digits(number: bigint, count: number): string {
	let rest = number;
	let text = "";
	while (text.length < count) {
		text = alphabet.charAt(Number(rest % base)) + text;
		rest /= base;
	}
	return text;
}
