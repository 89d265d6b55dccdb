import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualTime } from "../test/support/virtual-time.ts";
import { type UiaAuth, uiAuthCallbackFor } from "./index.ts";

/** An error as matrix-js-sdk makes it from an answer. */
const matrixError = (httpStatus: number, data: object) =>
	Object.assign(new Error("answer"), { name: "M_UNKNOWN", httpStatus, data });
const connectionError = Object.assign(new Error("offline"), { name: "ConnectionError" });
const url = "https://auth.example/reset/1";
const challenge = matrixError(401, {
	session: "S1",
	flows: [{ stages: ["m.oauth"] }],
	params: { "m.oauth": { url } },
});

function calling(script: readonly unknown[]) {
	const [time, shown, auths]: [ReturnType<typeof virtualTime>, string[], (UiaAuth | null)[]] = [
		virtualTime(),
		[],
		[],
	];
	const callback = uiAuthCallbackFor({
		...{ homeserver: "https://matrix.example", now: time.now, sleep: time.sleep, jitter: () => 0 },
		present: (one) => void shown.push(one.url),
	});
	const outcome = callback(async (auth) => {
		const answer = script[auths.push(auth) - 1];
		if (answer instanceof Error) throw answer;
		return answer;
	});
	return { outcome, shown, auths };
}

test("the library's request is repeated until it is approved, through limits and lost connections", async () => {
	const limit = matrixError(429, { errcode: "M_LIMIT_EXCEEDED", error: "", retry_after_ms: 5000 });
	const { outcome, shown, auths } = calling([challenge, limit, connectionError, challenge, { stored: true }]);
	assert.deepEqual(await outcome, { stored: true });
	assert.deepEqual(shown, [url]);
	assert.deepEqual([auths[0], auths[1]], [null, { session: "S1" }]);
});

test("what is no answer of the homeserver, and a session that is over, is thrown as it came", async () => {
	const mine = new TypeError("a fault of the app");
	await assert.rejects(calling([mine]).outcome, (error) => error === mine);
	const over = matrixError(401, { errcode: "M_UNKNOWN_TOKEN", error: "" });
	await assert.rejects(calling([challenge, over]).outcome, (error) => error === over);
	const denied = matrixError(403, { errcode: "M_FORBIDDEN", error: "" });
	await assert.rejects(calling([challenge, denied, denied]).outcome, { code: "approval-denied", safe: true });
});
