import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type NextStep, nextStep, type Sight } from "./next-step.ts";
import type { PendingReset, PendingState } from "./record.ts";

const pair = (publicKey: string) => ({ publicKey, secret: "" });
const asked = {
	session: "S",
	url: "https://auth.example/",
	stage: "m.oauth",
	isApproval: true,
	attempt: 1,
	answers: 0,
};

function pending(state: PendingState, changes: Partial<PendingReset> = {}): PendingReset {
	return {
		userId: "@alice:example.org",
		deviceId: "PHONE",
		identity: { master: pair("new"), selfSigning: pair("s"), userSigning: pair("u") },
		replaces: "old",
		recovery: { key: { keyId: "k2", secret: "" }, backup: pair("b2"), old: { version: "1", fate: "keep" } },
		state,
		...changes,
	};
}

const before: Sight = {
	masterKey: "old",
	devicePublished: true,
	deviceSigned: true,
	heldMasterKey: "old",
	defaultKeyId: "k1",
	backup: { version: "1", publicKey: "b1" },
	usedBackup: "1",
	oldBackupToDelete: true,
	staleDehydrated: [],
};
const saved: PendingState = { at: "recovery-saved" };
const complete: Sight = {
	masterKey: "new",
	devicePublished: true,
	deviceSigned: true,
	heldMasterKey: "new",
	defaultKeyId: "k2",
	backup: { version: "2", publicKey: "b2" },
	usedBackup: "2",
	oldBackupToDelete: false,
	staleDehydrated: [],
};

describe("until the homeserver shows the new identity", () => {
	for (const state of [{ at: "prepared" }, { at: "challenged", asked }] as const)
		test(`nothing but the upload comes of what is ${state.at}`, () => {
			for (const sight of [before, { ...complete, masterKey: "old" }])
				assert.equal(nextStep(pending(state), sight), "upload");
		});

	test("a first identity is uploaded, too", () => {
		const first = pending({ at: "prepared" }, { replaces: undefined });
		assert.equal(nextStep(first, { ...before, masterKey: undefined }), "upload");
	});

	test("nothing is asked for while the device has no keys for it to vouch for", () => {
		for (const state of [{ at: "prepared" }, { at: "challenged", asked }] as const)
			assert.equal(nextStep(pending(state), { ...before, devicePublished: false }), "await-device");
		const replaced = { ...before, masterKey: "third", devicePublished: false };
		assert.equal(nextStep(pending({ at: "prepared" }), replaced), "replaced");
	});

	test("another identity than the one that was to be replaced ends it", () => {
		for (const masterKey of ["third", undefined])
			assert.equal(nextStep(pending({ at: "prepared" }), { ...before, masterKey }), "replaced");
	});

	test("an identity that was accepted, and is gone, is not uploaded again", () => {
		for (const state of [{ at: "accepted" }, saved] as const)
			for (const masterKey of ["old", "third"])
				assert.equal(nextStep(pending(state), { ...before, masterKey }), "replaced");
	});
});

describe("once it does", () => {
	const cases: readonly (readonly [NextStep, Partial<Sight>])[] = [
		["import", { heldMasterKey: "old" }],
		["import", { heldMasterKey: undefined, deviceSigned: false, oldBackupToDelete: true }],
		["sign-device", { deviceSigned: false, defaultKeyId: "k1" }],
		["store-recovery", { defaultKeyId: "k1", backup: before.backup }],
		["store-recovery", { defaultKeyId: undefined }],
		["create-backup", { backup: before.backup, usedBackup: "1", oldBackupToDelete: true }],
		["create-backup", { backup: undefined }],
		["use-backup", { usedBackup: "1", oldBackupToDelete: true }],
		["use-backup", { usedBackup: undefined }],
		["use-backup", { usedBackup: "1", staleDehydrated: ["d"] }],
		["delete-old-backup", { oldBackupToDelete: true }],
		["delete-old-backup", { oldBackupToDelete: true, staleDehydrated: ["d"] }],
		["replace-dehydrated-device", { staleDehydrated: ["d"] }],
		["done", {}],
	];
	for (const [step, changes] of cases)
		test(`${step} comes of ${JSON.stringify(changes)}`, () => {
			assert.equal(nextStep(pending(saved), { ...complete, ...changes }), step);
		});

	test("secret storage is left alone until the person has the new key", () => {
		const sight = { ...complete, defaultKeyId: "k1", backup: before.backup };
		assert.equal(nextStep(pending({ at: "accepted" }), sight), "save-recovery-key");
	});

	test("without recovery, secret storage and backup are left alone", () => {
		const bare = pending({ at: "accepted" }, { recovery: undefined });
		const left = { ...complete, defaultKeyId: "k1", backup: before.backup };
		assert.equal(nextStep(bare, left), "done");
		assert.equal(nextStep(bare, { ...left, staleDehydrated: ["d"] }), "replace-dehydrated-device");
	});
});
