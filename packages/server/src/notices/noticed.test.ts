import assert from "node:assert/strict";
import { test } from "node:test";
import { noticedKinds, noticeText } from "./noticed.ts";

test("people are told of every way in that is added, taken away or used", () => {
	const ways = [
		...["signed-in", "device-signed-in", "device-gave-way", "token-issued", "token-made", "token-replaced"],
		...[
			"password-changed",
			"password-reset",
			"password-set-by-link",
			"password-set-by-mail",
			"password-link-made",
		],
		...["address-added", "address-removed", "link-added", "link-removed"],
		"password-removed",
		// Somebody knows the password.
		"code-refused",
		...["passkey-added", "passkey-removed", "passkey-copied", "codes-added", "codes-removed"],
		...["recovery-codes-made", "recovery-code-used", "proof-reset"],
		...["factors-lost-begun", "factors-lost-soon", "factors-lost-stopped", "factors-lost-taken"],
		...["admin-granted", "account-deactivated", "account-reactivated"],
		...["reset-asked", "reset-approved", "reset-denied", "requests-ended", "reset-window-opened"],
		// A token is enough for it, and what is kept is kept for some days.
		"reset-data-wanted",
		...["identity-replaced", "identity-replaced-unasked", "identity-replaced-by-service"],
	];
	assert.deepEqual(noticedKinds.toSorted(), ways.toSorted());
	assert.ok(ways.every((kind) => noticeText(kind) !== undefined));
	assert.equal(noticeText("sign-in-refused"), undefined);
});
