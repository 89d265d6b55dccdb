import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { signedInAgain, uploadAnswer, uploadPaths } from "./answers.ts";
import { bodyLimitBytes } from "./index.ts";

const request: ResetRequest = {
	...{ reference: "a/b", uiaSession: "the-session", state: "pending", expiresAt: 9 },
	...{ accountId: asAccountId("a"), sessionId: asSessionId("s"), deviceId: asDeviceId("DEVICE") },
	...{ digest: "d", keys: {}, masterKey: "m", createdAt: 1, lastUploadAt: 2 },
};
const asked = { auth: {}, publicBase: "https://auth.example/at/", canStepUp: false };
const url = "https://auth.example/at/account/reset/a%2Fb?action=org.matrix.cross_signing_reset";
const msg = `Replacing a digital identity has to be approved on this page first: ${url}`;
const refusal = { errcode: "M_FORBIDDEN", error: "no" } as const;

test("servers and apps know the endpoint under two paths, and send it 64 KiB at most", () => {
	assert.deepEqual(uploadPaths, [
		"/_matrix/client/v3/keys/device_signing/upload",
		"/_matrix/client/unstable/keys/device_signing/upload",
	]);
	assert.equal(bodyLimitBytes, 65_536);
});

describe("an upload is answered", () => {
	const challenge = {
		session: "the-session",
		flows: [{ stages: ["m.oauth"] }, { stages: ["org.matrix.cross_signing_reset"] }],
		params: { "m.oauth": { url }, "org.matrix.cross_signing_reset": { url } },
		...{ completed: [], msg },
	};

	test("with nothing once its keys are there", () => {
		for (const kind of ["stored", "unchanged"] as const)
			assert.deepEqual(uploadAnswer({ kind }, asked), { status: 200, body: {} });
	});

	test("with the page of its request, and without an error while nothing went wrong", () => {
		for (const auth of [{}, { type: "m.oauth" }, { type: "org.matrix.cross_signing_reset" }])
			assert.deepEqual(uploadAnswer({ kind: "challenge", request }, { ...asked, auth }), {
				...{ status: 401, body: challenge },
			});
	});

	test("with an error to an app that knows another stage, and after a refusal", () => {
		const foreign = { ...asked, auth: { type: "m.login.password" } };
		assert.deepEqual(uploadAnswer({ kind: "challenge", request }, foreign), {
			...{ status: 401, body: { ...challenge, errcode: "M_FORBIDDEN", error: msg } },
		});
		for (const each of [asked, foreign])
			assert.deepEqual(uploadAnswer({ kind: "challenge", request, refusal }, each), {
				...{ status: 401, body: { ...challenge, ...refusal } },
			});
	});

	test("with an offer to step up for this request, where that is on and it still waits", () => {
		const acr = "urn:countersign:acr:approved:a/b";
		const offered = uploadAnswer({ kind: "challenge", request }, { ...asked, canStepUp: true });
		assert.deepEqual(offered, {
			status: 401,
			body: {
				...challenge,
				...{ errcode: "org.matrix.msc4363.M_INSUFFICIENT_USER_AUTHENTICATION", error: msg },
				...{ "org.matrix.msc4363.acr_values": acr, "org.matrix.msc4363.max_age": 300 },
			},
			headers: {
				"www-authenticate": [
					'Bearer error="insufficient_user_authentication"',
					'error_description="Replacing a digital identity has to be approved first"',
					...[`acr_values="${acr}"`, 'max_age="300"'],
				].join(", "),
			},
		});
		const approved = { ...request, state: "approved", decidedAt: 1, usableFrom: 1, failures: 0 } as const;
		const plain = { status: 401, body: challenge };
		const without = uploadAnswer({ kind: "challenge", request: approved }, { ...asked, canStepUp: true });
		assert.deepEqual(without, plain, "what waits no more cannot be approved once more");
		const foreign = { auth: { type: "m.login.password" }, canStepUp: true };
		for (const each of [
			uploadAnswer({ kind: "challenge", request, refusal }, { ...asked, canStepUp: true }),
			uploadAnswer({ kind: "challenge", request }, { ...asked, ...foreign }),
		]) {
			assert.equal((each.body as { errcode: string }).errcode, "M_FORBIDDEN");
			assert.ok(!("headers" in each) && !JSON.stringify(each.body).includes("msc4363"));
		}
	});

	test("with what core refused it for", () => {
		assert.deepEqual(uploadAnswer({ kind: "denied", refusal }, asked), { status: 403, body: refusal });
		for (const status of [400, 403] as const)
			assert.deepEqual(uploadAnswer({ kind: "refused", status, refusal }, asked), { status, body: refusal });
	});

	test("with when to come again, in whole seconds and not too soon", () => {
		for (const [ms, seconds] of [
			[60_000, "60"],
			[60_001, "61"],
			[1, "1"],
		] as const)
			assert.deepEqual(uploadAnswer({ kind: "throttled", retryAfterMs: ms }, asked), {
				status: 429,
				body: {
					errcode: "M_LIMIT_EXCEEDED",
					error: "This device has asked to replace keys too often",
					retry_after_ms: ms,
				},
				headers: { "retry-after": seconds },
			});
	});
});

test("a session that counts again renews its token and keeps its keys", () => {
	assert.equal(signedInAgain.status, 401);
	assert.deepEqual(signedInAgain.body, {
		...{ errcode: "M_UNKNOWN_TOKEN", error: "The access token has to be renewed", soft_logout: true },
	});
});
