import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { verifyOnce } from "./verify-once.ts";

/** A signature is genuine when it is the key and the message, one after the other. */
function counting() {
	const asked: string[] = [];
	const verify = verifyOnce((publicKey, message, signature) => {
		asked.push(`${publicKey} | ${message} | ${signature}`);
		return `${signature}` === `${publicKey},${message}`;
	});
	return { asked, verify };
}

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("a signature looked at once", () => {
	it("is answered alike the second time, without looking again", () => {
		const { asked, verify } = counting();
		assert.equal(verify(bytes(1), bytes(2, 3), bytes(1, 2, 3)), true);
		assert.equal(verify(bytes(1), bytes(2, 3), bytes(1, 2, 3)), true);
		assert.equal(verify(bytes(1), bytes(2, 3), bytes(9)), false);
		assert.equal(verify(bytes(1), bytes(2, 3), bytes(9)), false);
		assert.equal(asked.length, 2);
	});

	it("vouches for no other key, message or signature, however little they differ", () => {
		const { verify } = counting();
		assert.equal(verify(bytes(1), bytes(2, 3), bytes(1, 2, 3)), true);
		assert.equal(verify(bytes(7), bytes(2, 3), bytes(1, 2, 3)), false);
		assert.equal(verify(bytes(1), bytes(2, 4), bytes(1, 2, 3)), false);
		assert.equal(verify(bytes(1), bytes(2), bytes(1, 2, 3)), false);
		assert.equal(verify(bytes(1), bytes(2, 3, 4), bytes(1, 2, 3)), false);
		assert.equal(verify(bytes(1), bytes(2, 3), bytes(1, 2)), false);
		assert.equal(verify(bytes(1, 2), bytes(3), bytes(1, 2, 3)), true);
	});
});
