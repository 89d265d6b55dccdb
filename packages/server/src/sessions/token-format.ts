import { createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Random } from "../config/ports.ts";
import { secretHash } from "../secrets/index.ts";

/**
 * `lasting`: an access token that the operator issued and that nothing renews. `compat-`: those of the older login
 * API, Synapse's own among them. A kind is worth nothing where another one is asked for.
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
 * Tokens that Synapse made before people moved here: `syt_`, a name in base64, twenty letters, a check sum; `syr_` the
 * same. They are looked up like ours, and a refresh token of this shape is followed by one of this shape, so that it
 * is worth something at Synapse again after a way back.
 */
const synapseShape = /^(syt|syr)_([0-9A-Za-z+/]*)_[0-9A-Za-z]{20}_[0-9A-Za-z]{6}$/;
const synapseDigits = 20;
/** Longer ones name nobody: a localpart has at most 255 bytes. */
const longestToken = 1_024;

/**
 * A new token: prefix, 30 letters and digits (178 bits), and a check sum. Prefix and sum let scanners of leaked
 * secrets know one when they see it, and let us refuse noise before any lookup.
 */
export function createToken(kind: TokenKind, random: Random): string {
	return withChecksum(bodyOf(kind, random.bytes(32)), masOrder);
}

/** A refresh token of the older login API as Synapse makes one for somebody, and takes no other. */
export function createSynapseRefresh(localpart: string, random: Random): string {
	const owner = Buffer.from(localpart).toString("base64").replace(/=+$/, "");
	return withChecksum(`syr_${owner}_${digits(numberOf(random.bytes(32)), synapseDigits)}`, plainOrder);
}

/** Which kind of token this text is; `undefined` when nothing that counts here can look like it. */
export function tokenKind(text: string): TokenKind | undefined {
	if (shape.test(text)) {
		if (orderOf(text) === undefined) return undefined;
		return tokenKinds.find((kind) => text.startsWith(prefixes[kind]));
	}
	if (text.length > longestToken) return undefined;
	const synapse = synapseShape.exec(text)?.[1];
	if (synapse !== undefined && hasChecksum(text, plainOrder))
		return synapse === "syr" ? "compat-refresh" : "compat-access";
	return isMacaroon(text) ? "compat-access" : undefined;
}

/** What is stored of a token. Tokens have too much entropy to be guessed from their hash, so no salt is needed. */
export function tokenHash(token: string): string {
	return secretHash(token);
}

/**
 * The refresh token that follows this one: always the same, so that an answer that was lost can be given again
 * without being stored, and knowable only with the key, so that a stolen token does not yield its descendants. It
 * keeps the shape of the one before.
 */
export function successorOf(refreshToken: string, key: Uint8Array): string {
	const mac = createHmac("sha256", key).update(successorLabel).update("\0").update(refreshToken).digest();
	const [, synapse, owner] = synapseShape.exec(refreshToken) ?? [];
	if (synapse !== undefined)
		return withChecksum(`${synapse}_${owner}_${digits(numberOf(mac), synapseDigits)}`, plainOrder);
	const body = bodyOf(isCompat(refreshToken) ? "compat-refresh" : "refresh", mac);
	return withChecksum(body, orderOf(refreshToken) ?? masOrder);
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

function bodyOf(kind: TokenKind, entropy: Uint8Array): string {
	return `${prefixes[kind]}_${digits(numberOf(entropy), randomDigits)}`;
}

function numberOf(entropy: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(entropy).toString("hex")}`);
}

/** In which order the digits of a check sum are written, before zeros fill it up on the left. */
type DigitOrder = (next: string, before: string) => string;
/** As MAS writes them, and we: the least significant digit first. */
const masOrder: DigitOrder = (next, before) => before + next;
/** As people write numbers: Synapse, and ours of before; those go on to count, and so do their successors. */
const plainOrder: DigitOrder = (next, before) => next + before;

function orderOf(token: string): DigitOrder | undefined {
	return [masOrder, plainOrder].find((order) => hasChecksum(token, order));
}

function hasChecksum(token: string, order: DigitOrder): boolean {
	return token.slice(-checkDigits) === checksum(token.slice(0, -(checkDigits + 1)), order);
}

function withChecksum(body: string, order: DigitOrder): string {
	return `${body}_${checksum(body, order)}`;
}

/** In plain numbers, not as `digits` does: it is done for every request. */
function checksum(body: string, order: DigitOrder): string {
	let rest = crc32(body);
	let text = "";
	while (rest > 0) {
		text = order(alphabet.charAt(rest % alphabet.length), text);
		rest = Math.floor(rest / alphabet.length);
	}
	return text.padStart(checkDigits, "0");
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

/** Access tokens of Synapse's of before 2021: a first packet, its length in four digits, that says `location`. */
function isMacaroon(text: string): boolean {
	if (!/^[\w-]{64,}={0,2}$/.test(text)) return false;
	return Buffer.from(text.slice(0, 20), "base64url").toString("latin1", 4, 13) === "location ";
}
