import assert from "node:assert/strict";
import { test } from "node:test";
import { createProgramTokens } from "./program-tokens.ts";

const program = { id: "01J0000000E008000000000061", secretHash: "hash" };
const secretKey = new Uint8Array(32).fill(1);

function tokensAt(now: number, key = secretKey) {
	return createProgramTokens({ secretKey: key, clock: () => now });
}

const find = async (id: string) => (id === program.id ? program : undefined);

test("a program's token is good for five minutes, and not at their end", async () => {
	const token = tokensAt(1_000).issue(program);
	assert.match(token, /^mcl_[0-9a-f]+_[0-9a-f]{64}$/);
	assert.equal(await tokensAt(300_999).read(token, find), program);
	assert.equal(await tokensAt(301_000).read(token, find), undefined);
});

test("it counts only while its program is there, with the same secret, and under the same key", async () => {
	const token = tokensAt(1_000).issue(program);
	assert.equal(await tokensAt(1_000).read(token, async () => undefined), undefined);
	assert.equal(await tokensAt(1_000).read(token, async () => ({ ...program, secretHash: "new" })), undefined);
	assert.equal(await tokensAt(1_000, new Uint8Array(32)).read(token, find), undefined);
});

test("whatever has another shape is asked of nobody", async () => {
	const token = tokensAt(1_000).issue(program);
	for (const text of ["", "mcl_", token.slice(1), `${token}0`, token.toUpperCase(), "mat_x", `${token} `])
		assert.equal(await tokensAt(1_000).read(text, async () => assert.fail(text)), undefined);
});

test("where one text ends and the next begins cannot be moved", async () => {
	const moved = { id: program.id, secretHash: `x\0${program.secretHash}` };
	const token = tokensAt(1_000).issue(moved);
	assert.equal(await tokensAt(1_000).read(token, find), undefined);
});
