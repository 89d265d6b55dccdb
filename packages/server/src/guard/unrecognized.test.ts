import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import { createUnrecognizedRoutes } from "./unrecognized.ts";

const told = "x-countersign-guard";

for (const hasGuard of [true, false])
	test(`what is no endpoint is 404 for apps, and says ${hasGuard ? "that" : "nothing of whether"} it passed the guard`, async () => {
		const app = new Hono().route("/", createUnrecognizedRoutes(hasGuard));
		for (const path of [
			...["/_matrix/client/v3/keys/device_signing/upload/", "/x/_matrix/client/versions", "/_matrix"],
			...["/_synapse/admin", "/_synapse", "/.well-known/matrix/server", "/.well-known/matrix"],
		]) {
			const answer = await app.request(path, { method: "POST" });
			assert.equal(answer.status, 404);
			assert.equal(((await answer.json()) as { errcode: string }).errcode, "M_UNRECOGNIZED");
			assert.equal(answer.headers.get(told), hasGuard ? "1" : null);
		}
		const asked = await app.request("/_matrix/x", { method: "OPTIONS" });
		assert.deepEqual([asked.status, asked.headers.get(told)], [204, hasGuard ? "1" : null]);
	});

test("what is none of the apps' is left to whoever comes next", async () => {
	const app = new Hono().route("/", createUnrecognizedRoutes(true)).get("*", (c) => c.text("a page"));
	for (const path of ["/_matrixes", "/x_matrix/y", "/.well-known/matrixes", "/xwell-known/matrix", "/"]) {
		const answer = await app.request(path);
		assert.deepEqual([await answer.text(), answer.headers.get(told)], ["a page", null], path);
	}
});
