import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { createToken, isRefresh, successorOf, tokenHash, tokenKind, tokenKinds } from "./token-format.ts";

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

test("of the kinds, those that renew others are two", () => {
	assert.deepEqual(tokenKinds.filter(isRefresh), ["refresh", "compat-refresh"]);
});

test("the check sum is the CRC-32 of all before it, to base 62, least significant digit first", () => {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const sum = [...access.slice(-6)].reduceRight((value, digit) => value * 62 + alphabet.indexOf(digit), 0);
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
	assert.equal(token, "mar_CTQj2uNU3MFagCXG9LRKRcwGkBIDlf_0oX0kB");
	assert.equal(successorOf(token, key), "mar_KWJYrwGLWwJ66CcXZsqAR14XtyEZRC_0Zs6zF");
	const older = "mar_CTQj2uNU3MFagCXG9LRKRcwGkBIDlf_0Bk0Xo";
	assert.equal(successorOf(older, key), "mar_gn2yPUMQSBD3T9NROLnc8nOA7fS9J3_0BvO59");
});

/** Made with Python's zlib by the published descriptions, not by this server. */
const ofOthers = {
	mat_dGlMoiyrlfxX1rTnyFf3vA7NUtFOY6_0lHB0t: "access",
	mar_aF0kDQHBwtnOAmp48ddS880t0DnDzA_TjTYG1: "refresh",
	mct_tAIKzCYuheDByziCzzvOJ1NQAx9G4L_xhcVk3: "compat-access",
	mcr_Jqcb0chjL4JMqJUiKBUUjB3Gy1ylMs_005gXn: "compat-refresh",
	mpt_P1ZoQNObr0S2jBdzzC7mFxqyTMWMvX_6iE8X2: "lasting",
	mct_80YtwX21gADLCnkpcNbO0PnNXJEYt8_00PV1R: "compat-access",
	mct_80YtwX21gADLCnkpcNbO0PnNXJEYt8_00R1VP: "compat-access",
	syt_YWxpY2U_wXeNsFGCmmmjOepmgIHC_2ix8HU: "compat-access",
	"syt_w5Yvfj8+_aORrhjKaruGSDyceQwXn_1YJ3fQ": "compat-access",
	syr_YWxpY2U_UEcJXvuSDRwWbCZksBIS_0BhpuW: "compat-refresh",
	syr_Qm9i_SlMRQEAFEwwzkTuBAmqT_4UvO0w: "compat-refresh",
	"MDAxOWxvY2F0aW9uIGV4YW1wbGUub3JnCjAwMTNpZGVudGlmaWVyIGtleQowMDEwY2lkIGdlbiA9IDEKMDAyMWNpZCB1c2VyX2lkID0gQGE6ZXhhbXBsZS5vcmcKMDAyZnNpZ25hdHVyZSAqnKRBw0LWXPPfOrTBu-0oGRwei97PMGr1DI-wIUVvigo":
		"compat-access",
} as const;

test("tokens of MAS and of Synapse are known, and one changed character makes them none", () => {
	for (const [token, kind] of Object.entries(ofOthers)) {
		assert.equal(tokenKind(token), kind, token);
		for (const broken of [`${token} `, `${token}\n`, token.slice(0, -7)])
			if (!token.startsWith("MDA")) assert.equal(tokenKind(broken), undefined, broken);
	}
	for (const token of Object.keys(ofOthers).filter((one) => one.startsWith("sy"))) {
		for (let at = 0; at < token.length; at += 1) {
			const changed = token.slice(0, at) + (token[at] === "x" ? "y" : "x") + token.slice(at + 1);
			assert.equal(tokenKind(changed), undefined, changed);
		}
	}
});

test("what begins like a macaroon and is none, or is longer than any token, is not looked up", () => {
	const packet = (text: string) => Buffer.from(text.padEnd(60, "x")).toString("base64url");
	assert.equal(tokenKind(packet("0019location example.org\n")), "compat-access");
	assert.equal(tokenKind(packet("0019identity example.org\n")), undefined);
	assert.equal(tokenKind(packet("019location example.org\n")), undefined);
	assert.equal(tokenKind(packet("0019location ").repeat(20)), undefined);
});

test("the successor of a Synapse token has its shape and its owner, time and again", () => {
	let token = "syr_YWxpY2U_UEcJXvuSDRwWbCZksBIS_0BhpuW";
	const seen = new Set([token]);
	for (let turn = 0; turn < 50; turn += 1) {
		token = successorOf(token, key);
		assert.match(token, /^syr_YWxpY2U_[0-9A-Za-z]{20}_[0-9A-Za-z]{6}$/);
		assert.equal(tokenKind(token), "compat-refresh");
		seen.add(token);
	}
	assert.equal(seen.size, 51);
});

test("tokens of MAS have successors as MAS has them", () => {
	assert.equal(
		successorOf("mcr_Jqcb0chjL4JMqJUiKBUUjB3Gy1ylMs_005gXn", key),
		"mcr_6zwZhXQO6UGheA64PSRPB1uZryMgK3_fPBfE1",
	);
	assert.equal(
		successorOf("mar_aF0kDQHBwtnOAmp48ddS880t0DnDzA_TjTYG1", key),
		"mar_Lt6JXDBZyIJDKYiy2Z7Uo5O0SkH9uh_AtuZN4",
	);
});
