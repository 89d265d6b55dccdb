import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outline } from "../../../test/support/outline.ts";
import { html } from "../../pages/index.ts";
import { codesNotAdded, newCodesPage, showAppPage } from "./codes.ts";
import { makePasskeyPage, newPasskeyPage, notAdded, proofsPage } from "./proofs.ts";
import { secondFactorPage } from "./second-factor.ts";

const now = 1_800_000_000_000;
const day = 24 * 3_600_000;
const to = { kind: "interaction", uid: "u", offered: false } as const;
const next = "next=%2Finteraction%2Fu";
const view = { to, canBeMade: true, now, signOut: html`sign out here` };
const asked = { csrf: "t", asks: { password: true }, to };
const text = { in: () => "Wrong" };

describe("the page that asks for a second factor", () => {
	test("says until when, leads to one and back, and may be left for now while there is time", () => {
		const words = outline(secondFactorPage({ ...view, missing: { until: now + 2 * day, isOver: false } }));
		assert.ok(words.some((line) => line.startsWith("You have to have one in 2 days.")));
		assert.deepEqual(words.slice(-2), [
			`[Add a passkey](/account/proofs/new-passkey?${next})[Set up an app](/account/proofs/new-codes?${next})`,
			"[Not now](/interaction/u)",
		]);
	});

	test("cannot be left afterwards but by signing out", () => {
		const words = outline(secondFactorPage({ ...view, missing: { until: now, isOver: true } }));
		assert.ok(words.some((line) => line.startsWith("Until you have one, no app is let in")));
		assert.equal(words.at(-1), "sign out here");
		assert.ok(!words.join("\n").includes("Not now"));
	});

	test("offers codes alone where there are no passkeys", () => {
		const missing = { until: now, isOver: true };
		const words = outline(secondFactorPage({ ...view, canBeMade: false, missing })).join("\n");
		assert.doesNotMatch(words, /passkey\?|Nobody can be talked out of it/);
		assert.match(words, /Set up an app/);
	});
});

test("every step on the way to a second factor knows where the person was going, and the last one leads there", () => {
	const app = { secret: "S", ticket: "t", uri: "otpauth://totp/x?secret=S" };
	const steps = [
		newPasskeyPage({ ...asked, name: "" }),
		makePasskeyPage({ name: "Phone", options: "{}", csrf: "t", to }),
		newCodesPage(asked),
		showAppPage({ app, csrf: "t", to, problem: text }),
	];
	for (const step of steps) {
		const words = outline(step).join("\n");
		assert.match(words, /next = ?\/interaction\/u/);
		assert.ok(words.includes(`[Cancel](/account/second-factor?${next})`));
	}
	assert.equal(notAdded(text, to).action.href, `/account/proofs/new-passkey?${next}`);
	assert.equal(codesNotAdded(text, to).action.href, `/account/proofs/new-codes?${next}`);
	const codes = { since: now, left: 0 };
	const done = outline(proofsPage({ passkeys: [], canBeMade: true, codes, to, now }));
	assert.ok(done.includes("[Continue](/interaction/u)"));
	const notYet = { since: undefined, left: 0 };
	assert.ok(
		!outline(proofsPage({ passkeys: [], canBeMade: true, codes: notYet, to, now }))
			.join()
			.includes("Continue"),
		"an address that says so makes no factor",
	);
});
