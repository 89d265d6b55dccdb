import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageUnavailable } from "@countersign/core";
import { english } from "../words/index.ts";
import { createFailures, PeopleMoving } from "./failures.ts";
import { createPages } from "./pages.ts";

const random = { bytes: (length: number) => new Uint8Array(length), token: () => "nonce" };
const failed = createFailures(createPages({ serverName: "localhost", random, language: english }));
const away = new StorageUnavailable("the data are away");
const bug = new Error("a secret of the inside");

test("programs are told of a failure in the words of OAuth, and whether it is worth asking again", async () => {
	for (const path of ["/oauth2/token", "/.well-known/openid-configuration", "/health", "/metrics"]) {
		const ours = failed(bug, path);
		assert.deepEqual([ours.status, ours.headers.get("retry-after")], [500, null]);
		assert.equal(ours.headers.get("access-control-allow-origin"), "*");
		assert.deepEqual(await ours.json(), {
			...{ error: "server_error", error_description: "Something went wrong at this server" },
		});
		const soon = failed(away, path);
		assert.deepEqual([soon.status, soon.headers.get("retry-after")], [503, "5"]);
		assert.equal(soon.headers.get("access-control-allow-origin"), "*");
		assert.deepEqual(await soon.json(), {
			error: "temporarily_unavailable",
			error_description: "This server cannot reach its data at the moment. Try again.",
		});
	}
});

test("people are shown a page of it, which tells nothing of why", async () => {
	for (const path of ["/login", "/account/", "/healthy", "/oauth2x"]) {
		const ours = failed(bug, path);
		assert.deepEqual([ours.status, ours.headers.get("retry-after")], [500, null]);
		const text = await ours.text();
		assert.match(text, /<h1>.+<\/h1>/);
		assert.doesNotMatch(text, /inside/);
		const soon = failed(away, path);
		assert.deepEqual([soon.status, soon.headers.get("retry-after")], [503, "5"]);
		assert.match(soon.headers.get("content-type") ?? "", /^text\/html/);
		assert.notEqual(/<h1>.+<\/h1>/.exec(await soon.text())?.[0], /<h1>.+<\/h1>/.exec(text)?.[0]);
	}
});

test("while accounts are moved it is said that it is this, to programs and to people", async () => {
	const page = failed(new PeopleMoving(), "/login");
	assert.deepEqual([page.status, page.headers.get("retry-after")], [503, "5"]);
	const text = await page.text();
	assert.match(text, /<h1>Accounts are being moved<\/h1>/);
	assert.match(text, /your apps stay signed in/);
	const answer = failed(new PeopleMoving(), "/oauth2/token");
	assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
	assert.deepEqual(await answer.json(), {
		error: "temporarily_unavailable",
		error_description: "Accounts are being moved. Try again in a few minutes.",
	});
});
