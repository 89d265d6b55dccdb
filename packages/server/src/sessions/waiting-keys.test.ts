import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId, asSessionId, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { waitsAsKey } from "./waiting-keys.ts";

const request = (keys: ResetRequest["keys"], masterKey = "MASTER"): ResetRequest => ({
	...{ accountId: asAccountId("a"), sessionId: asSessionId("s"), deviceId: asDeviceId("ONE"), digest: "d" },
	...{ reference: "r", uiaSession: "u", keys, masterKey, createdAt: 0, lastUploadAt: 0 },
	...{ state: "pending", expiresAt: 1 },
});
const key = (name: string) => ({ keys: { [`ed25519:${name}`]: name } });

test("a device may be called like none of the keys that wait, in whichever place", () => {
	const waiting = [
		request({ master_key: key("MASTER"), self_signing_key: key("SELF"), user_signing_key: key("USER") }),
		request({ self_signing_key: key("LATER") }, "STANDING"),
	];
	for (const name of ["MASTER", "SELF", "USER", "LATER", "STANDING"])
		assert.equal(waitsAsKey(asDeviceId(name), waiting), true, name);
	assert.equal(waitsAsKey(asDeviceId("OTHER"), waiting), false);
	assert.equal(waitsAsKey(asDeviceId("SELF"), []), false);
});

test("what is no key stands for none", () => {
	const odd = request({
		master_key: null,
		self_signing_key: { keys: "ONE" },
	} as unknown as ResetRequest["keys"]);
	assert.equal(waitsAsKey(asDeviceId("O"), [odd]), false);
	assert.equal(waitsAsKey(asDeviceId("ONE"), [odd]), false);
});
