import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { DatabaseUnavailable, openPostgres } from "./open.ts";

async function refusal(url: string) {
	try {
		await openPostgres(url, () => {});
	} catch (error) {
		return error;
	}
	return undefined;
}

test("a database that cannot be used is refused with the reason, and never with its password", async () => {
	const cases = [
		["postgres://me:hunter2@127.0.0.1:1/db", /nobody answers/],
		["postgres://me:hunter2@h:port/db", /cannot be read/],
		["postgres://me:hunter2#hunter2@h/db", /cannot be read; in a password, @ \/ \? # % are written %40 %2F/],
		[
			"postgres://me:12/hunter2@h/db",
			/no such host; in a password, @|name cannot be looked up; in a password, @/,
		],
		// The last @ ends a password that has one: what stands in front of it is looked up nowhere.
		["postgres://me:hunter2@hunter2@127.0.0.1:1/db", /nobody answers at that host and port/],
		["postgres://me:hunter2@hunter2@[::1]:1/db", /nobody answers at that host and port|no way to/],
		["postgres://me:hunter2@127.0.0.1:1/db?sslrootcert=/nowhere/db.pem", /not there/],
	] as const;
	for (const [url, reason] of cases) {
		const error = await refusal(url);
		assert.ok(error instanceof DatabaseUnavailable, url);
		assert.match(error.message, reason);
		assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
	}
});
