import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeStatus, type IdentityStatus } from "./status.ts";

const whole: IdentityStatus = {
	...{ masterKey: "M", held: true, deviceTrusted: true, otherTrustedDevices: ["PHONE"] },
	recovery: "recovery-key",
	backup: { version: "1", count: 42, inUse: true },
	advice: "nothing",
};

describe("the status in words", () => {
	test("says what exists, what is trusted, and what a reset asks of others", () => {
		assert.deepEqual(describeStatus(whole), [
			"This device holds your digital identity.",
			"Others can see that this device is yours.",
			"1 other device is trusted.",
			"Your recovery key brings everything back; after a reset a new one takes its place.",
			"The backup holds 42 message keys, and this device reads them.",
			"A reset asks everybody you have verified to verify you again.",
		]);
	});

	test("says what would be lost where this device has nothing", () => {
		const nothing: IdentityStatus = {
			...{ ...whole, held: false, deviceTrusted: false, otherTrustedDevices: [] },
			...{ recovery: "none", backup: { version: "1", count: 1, inUse: false }, advice: "reset" },
		};
		assert.deepEqual(describeStatus(nothing), [
			"You have a digital identity, but this device does not hold it.",
			"Others cannot see that this device is yours.",
			"No other device is trusted.",
			"There is no recovery key.",
			"The backup holds 1 message key that this device does not read: after a reset they need the old recovery key.",
			"A reset asks everybody you have verified to verify you again.",
		]);
	});

	test("names the passphrase where there is one, and how many devices", () => {
		const words = describeStatus({
			...whole,
			...{ recovery: "passphrase", backup: undefined, otherTrustedDevices: ["PHONE", "DESK"] },
		});
		assert.ok(words.includes("2 other devices are trusted."));
		assert.ok(
			words.includes(
				"Your recovery key or passphrase brings everything back; after a reset a new one takes its place.",
			),
		);
		assert.ok(words.includes("There is no backup of message keys."));
	});

	test("is one sentence where there is no identity: a reset would ask nobody for anything", () => {
		const none = { ...whole, masterKey: undefined };
		assert.deepEqual(describeStatus(none), ["There is no digital identity yet."]);
	});
});
