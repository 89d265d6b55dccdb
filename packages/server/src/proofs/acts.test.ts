import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { amrOf, doesFor, type HowProved, type SensitiveAct } from "./acts.ts";
import { presenceProof } from "./proof.ts";

const at = 1_800_000_000_000;
const proof = presenceProof({
	how: "password",
	at,
	accountId: asAccountId("alice"),
	browser: "browser",
	generation: 0,
});

const recent: readonly SensitiveAct[] = [
	...(["approve-reset", "open-reset-window", "allow-device", "allow-app", "use-kept"] as const),
	...(["sign-out-device", "sign-out-browsers", "sign-out-everywhere"] as const),
];

for (const act of recent)
	test(`a password entered five minutes ago does for ${act}, an older one or one that is still to come does not`, () => {
		assert.deepEqual(
			[0, 299_999, 300_000, 300_001, -5_001].map((age) =>
				doesFor(act, proof, { now: at + age, hasSecondFactor: false }),
			),
			[true, true, true, false, false],
		);
	});

for (const act of [
	...(["change-password", "change-addresses", "close-account"] as const),
	...(["make-token", "replace-token"] as const),
	...(["add-factor", "remove-factor", "make-recovery-codes", "object"] as const),
])
	test(`${act} takes the password itself, however recent the last one`, () => {
		assert.deepEqual(
			[0, 1, -1].map((age) => doesFor(act, proof, { now: at + age, hasSecondFactor: false })),
			[false, false, false],
		);
	});

for (const act of recent)
	test(`once there is a second factor, a password alone does not for ${act}, and two factors do`, () => {
		const does = (how: HowProved) => doesFor(act, { how, at }, { now: at, hasSecondFactor: true });
		assert.equal(does("password"), false);
		for (const how of ["password-and-code", "password-and-recovery-code", "passkey"] as const)
			assert.equal(does(how), true, how);
	});

test("apps are told how by the words of RFC 8176", () => {
	assert.deepEqual(amrOf("password"), ["pwd"]);
	for (const how of ["password-and-code", "password-and-recovery-code"] as const)
		assert.deepEqual(amrOf(how), ["pwd", "otp", "mfa"]);
	assert.deepEqual(amrOf("passkey"), ["user", "mfa"]);
});
