import assert from "node:assert/strict";
import { type ClientErrorCode, CountersignClientError } from "../../src/index.ts";

/** Expects the library's error with this code, and returns it. */
export async function expectCode(
	work: Promise<unknown>,
	code: ClientErrorCode,
): Promise<CountersignClientError> {
	const error = await work.then(
		() => assert.fail(`expected ${code}, but nothing was thrown`),
		(thrown: unknown) => thrown,
	);
	assert.ok(error instanceof CountersignClientError, `not the library's error: ${String(error)}`);
	assert.equal(error.code, code);
	return error;
}
