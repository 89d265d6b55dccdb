import assert from "node:assert/strict";
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
