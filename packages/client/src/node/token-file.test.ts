import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tokenFile } from "./index.ts";

test("tokens are kept in a file of their owner alone, and what is no token is said to be none", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "countersign-tokens-"));
	t.after(() => rm(folder, { recursive: true }));
	const path = join(folder, "tokens.json");
	const [one, other] = [tokenFile(path), tokenFile(path)];
	assert.equal(await one.load(), undefined);
	await one.save({ accessToken: "A0", refreshToken: "R0" });
	assert.deepEqual(await other.load(), { accessToken: "A0", refreshToken: "R0" });
	await one.save({ accessToken: "A1", refreshToken: "R1", expiresAt: 5 });
	assert.deepEqual(await other.load(), { accessToken: "A1", refreshToken: "R1", expiresAt: 5 });
	assert.equal((await stat(path)).mode & 0o777, 0o600);
	assert.deepEqual(await readdir(folder), ["tokens.json"]);
	for (const text of ["", "null", '{"accessToken":"A"}']) {
		await writeFile(path, text);
		await assert.rejects(one.load(), TypeError);
	}
});

test("who shares a file works one after the other, and all of them do", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "countersign-tokens-"));
	t.after(() => rm(folder, { recursive: true }));
	const path = join(folder, "tokens.json");
	let [running, most] = [0, 0];
	const work = async (nth: number) => {
		most = Math.max(most, ++running);
		await new Promise((resolve) => setImmediate(resolve));
		running--;
		return nth;
	};
	const all = Array.from({ length: 10 }, (_, nth) => tokenFile(path).exclusively(() => work(nth)));
	assert.deepEqual(await Promise.all(all), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	assert.equal(most, 1);
	await assert.rejects(
		tokenFile(path).exclusively(async () => assert.fail("its own error")),
		/its own error/,
	);
});
