import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type RequestState, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { IdentityTruth } from "../ports.ts";
import { type StageInput, stageOf } from "./reset-stage.ts";

const now = 1_800_000_000_000;
const minute = 60_000;

const pending: RequestState = { state: "pending", expiresAt: now + minute };

function request(state: RequestState, facts: Partial<ResetRequest> = {}): ResetRequest {
	return {
		accountId: asAccountId("alice"),
		sessionId: asSessionId("session"),
		digest: "digest",
		reference: "reference",
		uiaSession: "uia",
		deviceId: asDeviceId("PHONE"),
		keys: {},
		masterKey: "new",
		createdAt: now - minute,
		lastUploadAt: now,
		address: "203.0.113.5",
		...facts,
		...state,
	} as ResetRequest;
}

const finished: IdentityTruth = {
	masterKey: "new",
	signedDevices: ["PHONE"],
	selfSigningValid: true,
	backup: { state: "never" },
};

function stage(given: Partial<StageInput> & Pick<StageInput, "request">) {
	return stageOf({
		live: [],
		truth: finished,
		signedInAt: now - 60 * minute,
		signedOut: false,
		browserAddress: "203.0.113.5",
		takenBack: false,
		now,
		...given,
	});
}

function warnings(given: Partial<StageInput> & Pick<StageInput, "request">) {
	const found = stage(given);
	return found.stage === "waiting" ? found.warnings : assert.fail(found.stage);
}

function progress(given: Partial<StageInput> & { readonly endedAt?: number }) {
	const { endedAt = now, ...rest } = given;
	const found = stage({ request: request({ state: "spent", decidedAt: now - minute, endedAt }), ...rest });
	return found.stage === "replaced" ? found.progress : assert.fail(found.stage);
}

describe("reasons to look twice", () => {
	test("none for an old session that asks once from the same network", () => {
		const own = request(pending);
		assert.deepEqual(warnings({ request: own, live: [own] }), []);
	});

	test("another address is another network", () => {
		assert.deepEqual(warnings({ request: request(pending), browserAddress: "203.0.113.6" }), [
			"other-address",
		]);
	});

	test("devices of one IPv6 subnet are in one network, those of the next are not", () => {
		const asked = request(pending, { address: "2001:db8:1:2::a" });
		assert.deepEqual(warnings({ request: asked, browserAddress: "2001:db8:1:2:ffff::1" }), []);
		assert.deepEqual(warnings({ request: asked, browserAddress: "2001:db8:1:3::a" }), ["other-address"]);
	});

	test("IPv4 addresses written as IPv6 are no subnet", () => {
		const asked = request(pending, { address: "::ffff:203.0.113.5" });
		assert.deepEqual(warnings({ request: asked, browserAddress: "::ffff:198.51.100.9" }), ["other-address"]);
	});

	test("two sets of keys for one device, not two devices of a person", () => {
		const own = request(pending);
		const other = request(pending, { digest: "other digest" });
		assert.deepEqual(warnings({ request: own, live: [own, other] }), ["several-key-sets"]);
		assert.deepEqual(
			warnings({ request: own, live: [own, { ...other, deviceId: asDeviceId("LAPTOP") }] }),
			[],
		);
	});

	test("a device that signed in less than ten minutes before it asked, however long ago both were", () => {
		const asked = request(pending, { createdAt: now - 30 * minute });
		assert.deepEqual(warnings({ request: asked, signedInAt: now - 39 * minute }), ["new-device"]);
		assert.deepEqual(warnings({ request: asked, signedInAt: now - 40 * minute }), []);
	});
});

describe("what became of replaced keys is read from the homeserver's own keys", () => {
	test("finished when the device is signed by a valid self-signing key", () => {
		assert.equal(progress({}), "finished");
	});

	test("finishing for a minute, then not finished", () => {
		const truth = { ...finished, signedDevices: ["LAPTOP"] };
		assert.equal(progress({ truth, endedAt: now - 60_000 }), "finishing");
		assert.equal(progress({ truth, endedAt: now - 60_000 - 1 }), "unfinished");
	});

	test("not finished at once where the self-signing key is missing", () => {
		assert.equal(progress({ truth: { ...finished, selfSigningValid: false } }), "unfinished");
	});

	test("never called done while the homeserver does not answer", () => {
		assert.equal(progress({ truth: undefined }), "unknown");
	});

	test("another identity in force is told", () => {
		assert.equal(progress({ truth: { ...finished, masterKey: "newer" } }), "superseded");
	});

	test("a device signed out since is told", () => {
		assert.equal(progress({ truth: { ...finished, signedDevices: [] }, signedOut: true }), "signed-out");
	});
});
