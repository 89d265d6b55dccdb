import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { listenForRedirect } from "./redirect-listener.ts";

test("only the first accepted redirect is judged, however late the listener is closed", async (t) => {
	const judged: string[] = [];
	const listener = await listenForRedirect((callback) => {
		judged.push(callback);
		return judged.length === 1 ? "keep-waiting" : "signed-in";
	});
	t.after(() => listener.close());
	const statuses: number[] = [];
	for (const code of ["a", "b", "c"]) {
		statuses.push((await fetch(`${listener.redirectUri}?code=${code}`)).status);
	}
	assert.deepEqual(statuses, [400, 200, 400]);
	assert.deepEqual(judged, ["http://127.0.0.1/callback?code=a", "http://127.0.0.1/callback?code=b"]);
});

test("the last page is readable by night and on a phone, and lets in nothing but its own style", async (t) => {
	const listener = await listenForRedirect(() => "signed-in");
	t.after(() => listener.close());
	const answer = await fetch(`${listener.redirectUri}?code=a`);
	const text = await answer.text();
	const [, style = ""] = /<style>([^<]+)<\/style>/.exec(text) ?? [];
	const hash = createHash("sha256").update(style).digest("base64");
	assert.equal(
		answer.headers.get("content-security-policy"),
		`default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'`,
	);
	assert.match(text, /name="color-scheme" content="light dark"/);
	assert.match(text, /width=device-width, initial-scale=1/);
});
