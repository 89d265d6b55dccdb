import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, scriptedServer } from "../test/support/scripted-server.ts";
import { loginByPassword } from "./index.ts";

const login = { user: "@alice:example.org", password: "s3cret", deviceName: "Tool" };

test("a password signs in, and goes nowhere but into the body", async (t) => {
	const session = { user_id: "@alice:example.org", device_id: "D", access_token: "t" };
	const server = await scriptedServer(t, [{ status: 200, body: session }]);
	const { url: homeserver, seen } = server;
	assert.deepEqual(await loginByPassword({ homeserver, ...login }), {
		...{ userId: "@alice:example.org", deviceId: "D", accessToken: "t" },
	});
	assert.deepEqual([seen[0]?.method, seen[0]?.path], ["POST", "/_matrix/client/v3/login"]);
	assert.deepEqual(JSON.parse(seen[0]?.body ?? ""), {
		type: "m.login.password",
		identifier: { type: "m.id.user", user: "@alice:example.org" },
		password: "s3cret",
		initial_device_display_name: "Tool",
	});
});

const refused: readonly (readonly [what: string, answer: Answer, code: string])[] = [
	["a wrong password", { status: 403, body: { errcode: "M_FORBIDDEN" } }, "password-wrong"],
	["a server without passwords", { status: 400, body: { errcode: "M_UNKNOWN" } }, "challenge-unsupported"],
	[
		"a server without the path",
		{ status: 404, body: { errcode: "M_UNRECOGNIZED" } },
		"challenge-unsupported",
	],
	["too many attempts", { status: 429, body: { errcode: "M_LIMIT_EXCEEDED" } }, "rate-limited"],
	["another refusal", { status: 403, body: { errcode: "M_USER_DEACTIVATED" } }, "http-status"],
	["an answer without a session", { status: 200, body: { user_id: "@a:b" } }, "malformed-answer"],
];
for (const [what, answer, code] of refused) {
	test(`${what} is ${code}`, async (t) => {
		const { url: homeserver } = await scriptedServer(t, [answer]);
		await assert.rejects(loginByPassword({ homeserver, ...login }), (error: Error & { code?: string }) => {
			assert.equal(error.code, code);
			assert.doesNotMatch(String(error.stack), /s3cret/);
			return true;
		});
	});
}
