import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, identity, parsed, signing, userId } from "../../test/identity.ts";
import type { StoredIdentity } from "../ports.ts";
import { decideUpload } from "./decide-upload.ts";

const alice = identity("alice");
const fresh = identity("fresh");

/** What a homeserver holds after the identity was uploaded whole. */
function storedFrom(keys: typeof alice, slots = ["master", "self_signing", "user_signing"]): StoredIdentity {
	const upload = parsed(bodyOf(keys));
	const stored = {
		master: upload.master,
		self_signing: upload.selfSigning,
		user_signing: upload.userSigning,
	};
	return Object.fromEntries(Object.entries(stored).filter(([slot]) => slots.includes(slot)));
}

function decide(body: object, stored: StoredIdentity = {}) {
	return decideUpload({ upload: parsed(body), stored, userId, ...signing });
}

describe("keys/device_signing/upload: when a person has to be asked (MSC3967)", () => {
	test("a first identity needs nobody", () => {
		assert.equal(decide(bodyOf(alice)).verdict, "first");
	});

	test("the stored keys once more change nothing, signatures aside", () => {
		const body = bodyOf(alice);
		const signatures = { [userId]: { "ed25519:DEVICE": "A".repeat(86) } };
		assert.equal(decide(body, storedFrom(alice)).verdict, "unchanged");
		assert.equal(
			decide({ master_key: { ...body.master_key, signatures } }, storedFrom(alice)).verdict,
			"unchanged",
		);
	});

	test("a new master key needs approval, and so do new keys under the stored one", () => {
		assert.equal(decide(bodyOf(fresh), storedFrom(alice)).verdict, "needs-approval");
		assert.equal(decide(bodyOf(alice), storedFrom(alice, ["master"])).verdict, "needs-approval");
		const { self_signing_key } = bodyOf({ ...alice, selfSigning: fresh.selfSigning });
		assert.equal(decide({ self_signing_key }, storedFrom(alice)).verdict, "needs-approval");
	});

	test("a new master key alone needs approval", () => {
		const { master_key } = bodyOf(fresh);
		assert.equal(decide({ master_key }, storedFrom(alice)).verdict, "needs-approval");
	});

	test("only what differs is to be written", () => {
		const { self_signing_key } = bodyOf({ ...alice, selfSigning: fresh.selfSigning });
		const verdict = decide({ ...bodyOf(alice), self_signing_key }, storedFrom(alice));
		assert.ok(verdict.verdict === "needs-approval");
		assert.deepEqual(
			verdict.changes.map((key) => key.slot),
			["self_signing"],
		);
		assert.equal(verdict.masterKey, alice.master.publicKey);
	});

	test("a member beside the known ones is part of what is signed, and so of what is asked", () => {
		const master_key = { ...bodyOf(alice).master_key, "org.example.note": "x" };
		assert.equal(decide({ master_key }, storedFrom(alice)).verdict, "needs-approval");
	});
});

describe("keys/device_signing/upload: what would fail is refused before anybody is asked", () => {
	const refusals: readonly (readonly [string, object, StoredIdentity, string])[] = [
		["nothing at all", {}, {}, "M_MISSING_PARAM"],
		["no master key anywhere", { self_signing_key: bodyOf(alice).self_signing_key }, {}, "M_MISSING_PARAM"],
		[
			"keys signed by another master key",
			{ ...bodyOf(fresh), self_signing_key: bodyOf(alice).self_signing_key },
			storedFrom(alice),
			"M_INVALID_SIGNATURE",
		],
		[
			"keys signed by nobody",
			{ self_signing_key: { ...bodyOf(alice).self_signing_key, signatures: {} } },
			storedFrom(fresh),
			"M_INVALID_SIGNATURE",
		],
	];
	for (const [what, body, stored, errcode] of refusals) {
		test(`${what}: ${errcode}`, () => {
			const verdict = decide(body, stored);
			assert.ok(verdict.verdict === "refused");
			assert.equal(verdict.refusal.errcode, errcode);
			const words = Object.keys(body).length === 0 ? "No keys in the body" : "No master key available";
			if (errcode === "M_MISSING_PARAM") assert.equal(verdict.refusal.error, words);
		});
	}

	test("an empty body changes nothing once an identity is stored", () => {
		assert.equal(decide({}, storedFrom(alice)).verdict, "unchanged");
	});
});
