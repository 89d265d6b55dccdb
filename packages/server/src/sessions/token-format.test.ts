import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { createToken, successorOf, tokenHash, tokenKind } from "./token-format.ts";

const bytesOf = (fill: number) => ({
	bytes: (count: number) => new Uint8Array(count).fill(fill),
	token: () => "",
});
const access = createToken("access", bytesOf(7));
const refresh = createToken("refresh", bytesOf(7));
const key = new Uint8Array(32).fill(1);

test("a token is its prefix, thirty letters and digits, and six that check them", () => {
	assert.match(access, /^mat_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}$/);
	assert.match(refresh, /^mar_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}$/);
	assert.equal(tokenKind(access), "access");
	assert.equal(tokenKind(refresh), "refresh");
});

test("the check sum is the CRC-32 of all before it, to base 62, most significant digit first", () => {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const sum = [...access.slice(-6)].reduce((value, digit) => value * 62 + alphabet.indexOf(digit), 0);
	assert.equal(sum, crc32(access.slice(0, -7)));
});

test("one changed character anywhere makes it no token", () => {
	for (let at = 0; at < access.length; at += 1) {
		const other = access[at] === "x" ? "y" : "x";
		assert.equal(tokenKind(access.slice(0, at) + other + access.slice(at + 1)), undefined, `at ${at}`);
	}
});

test("what we never hand out is no token", () => {
	const hostile = [
		"",
		"mat_",
		`${access} `,
		`${access}\n`,
		`${access}\0`,
		access.toUpperCase(),
		"mat_é",
		"syt_a_b_c",
	];
	for (const text of [...hostile, access.replace("mat_", "mar_"), "m".repeat(1_000_000)]) {
		assert.equal(tokenKind(text), undefined, JSON.stringify(text.slice(0, 60)));
	}
});

test("what is stored is the SHA-256 of the text", () => {
	assert.equal(tokenHash(access), createHash("sha256").update(access).digest("base64url"));
});

test("a successor is always the same, a refresh token, and another one for another token or key", () => {
	const other = createToken("refresh", bytesOf(8));
	const successor = successorOf(refresh, key);
	assert.equal(successorOf(refresh, key), successor);
	assert.equal(tokenKind(successor), "refresh");
	assert.notEqual(successorOf(other, key), successor);
	assert.notEqual(successorOf(refresh, new Uint8Array(32).fill(2)), successor);
	assert.notEqual(successorOf(successor, key), refresh);
});

test("what was handed out is followed by the same token after every update of the server", () => {
	const counting = { bytes: (count: number) => new Uint8Array(count).map((_, at) => at), token: () => "" };
	const token = createToken("refresh", counting);
	assert.equal(token, "mar_CTQj2uNU3MFagCXG9LRKRcwGkBIDlf_0Bk0Xo");
	assert.equal(successorOf(token, key), "mar_gn2yPUMQSBD3T9NROLnc8nOA7fS9J3_0BvO59");
});
