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
				doesFor(act, proof, { now: at + age, hasSecondFactor: false, hasPassword: true }),
			),
			[true, true, true, false, false],
		);
	});

for (const act of [
	...(["change-password", "remove-password", "change-addresses", "change-links", "close-account"] as const),
	...(["make-token", "replace-token"] as const),
	...(["add-factor", "remove-factor", "make-recovery-codes", "object"] as const),
])
	test(`${act} takes the password itself, however recent the last one`, () => {
		assert.deepEqual(
			[0, 1, -1].map((age) =>
				doesFor(act, proof, { now: at + age, hasSecondFactor: false, hasPassword: true }),
			),
			[false, false, false],
		);
	});

for (const act of recent)
	test(`once there is a second factor, a password alone does not for ${act}, and two factors do`, () => {
		const does = (how: HowProved) =>
			doesFor(act, { how, at }, { now: at, hasSecondFactor: true, hasPassword: true });
		assert.equal(does("password"), false);
		for (const how of ["password-and-code", "password-and-recovery-code", "passkey"] as const)
			assert.equal(does(how), true, how);
	});

test("apps are told how by the words of RFC 8176", () => {
	assert.deepEqual(amrOf("password"), ["pwd"]);
	for (const how of ["password-and-code", "password-and-recovery-code"] as const)
		assert.deepEqual(amrOf(how), ["pwd", "otp", "mfa"]);
	assert.deepEqual(amrOf("passkey"), ["user", "mfa"]);
	assert.deepEqual(amrOf("upstream"), []);
	for (const how of ["upstream-and-code", "upstream-and-recovery-code"] as const)
		assert.deepEqual(amrOf(how), ["otp", "mfa"]);
});

test("what was shown at another service stands for two minutes for what is entered with an act, and no longer", () => {
	const ages = [0, 119_999, 120_000, 120_001, 299_999, -5_001];
	const shown = { how: "upstream", at, isAnew: true } as const;
	const does = (act: SensitiveAct, age: number, hasSecondFactor = false) =>
		doesFor(act, shown, { now: at + age, hasSecondFactor, hasPassword: false });
	assert.deepEqual(
		ages.map((age) => does("change-addresses", age)),
		[true, true, true, false, false, false],
	);
	assert.deepEqual(
		ages.map((age) => does("approve-reset", age)),
		[true, true, true, true, true, false],
	);
	assert.deepEqual(
		ages.map((age) => does("change-addresses", age, true)),
		[false, false, false, false, false, false],
	);
});

test("a sign-in at another service is one factor, and two with a code", () => {
	const does = (how: HowProved) =>
		doesFor("approve-reset", { how, at }, { now: at, hasSecondFactor: true, hasPassword: false });
	assert.deepEqual(
		[does("upstream"), does("upstream-and-code"), does("upstream-and-recovery-code")],
		[...[false, true, true]],
	);
});

const elsewhere = ["upstream", "upstream-and-code", "upstream-and-recovery-code"] as const;

test("what a session began with at another service is never what is entered with an act", () => {
	const it = { now: at, hasSecondFactor: false, hasPassword: false };
	for (const how of elsewhere) {
		assert.equal(doesFor("change-password", { how, at }, it), false, how);
		assert.equal(doesFor("approve-reset", { how, at }, it), true, how);
	}
	// A code is entered here: nobody was sent there for it.
	for (const how of ["upstream-and-code", "upstream-and-recovery-code"] as const)
		assert.equal(doesFor("change-password", { how, at, isAnew: true }, it), false, how);
});

test("beside a password another service's word does for nothing, however it came", () => {
	const it = { now: at, hasSecondFactor: false, hasPassword: true };
	for (const act of [...recent, "change-password", "add-factor", "make-token", "close-account"] as const)
		for (const how of elsewhere)
			for (const more of [{}, { isAnew: true }] as const)
				assert.equal(doesFor(act, { how, at, ...more }, it), false, `${act} ${how}`);
});
