import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outline } from "../../../test/support/outline.ts";
import { type IdentitySafety, type Safety, safetySection } from "./safety.ts";

const now = 1_800_000_000_000;
const day = 86_400_000;
const identity: IdentitySafety = {
	...{ isSetUp: true, since: now - 3 * day, verifiedDevices: 2 },
	backup: { state: "there", keys: 120 },
};
const safe: Safety = {
	...{ identity, passkeys: 1, canHavePasskeys: true, addresses: 1 },
	codes: { since: now - day, left: 8 },
};
const nothing = { since: undefined, left: 0 };
const [calm, what] = [
	"Nothing is missing, as far as this server can see.",
	"By it others know which devices are yours.",
];

function words(safety: Partial<Safety>): readonly string[] {
	const body = safetySection({ ...safe, ...safety }, now);
	return outline({ title: { in: () => "" }, body }).slice(1);
}

/** The lines that say what would make it safer, or that nothing would. */
function advice(safety: Partial<Safety>): readonly string[] {
	const lines = words(safety);
	return lines.slice(1, lines.indexOf("[Digital identity](/account/reset)"));
}

function withIdentity(changed: Partial<IdentitySafety>): readonly string[] {
	return words({ identity: { ...identity, ...changed } });
}

describe("how safe an account is", () => {
	test("says of identity, backup, proofs and addresses how they are", () =>
		assert.deepEqual(words({}), [
			"How safe your account is",
			calm,
			"[Digital identity](/account/reset)",
			`${what} Set up 3 days ago. 2 devices are verified with it.`,
			"Backup of your message keys",
			"120 keys",
			"[Passkeys and codes](/account/proofs)",
			"1 passkey. Codes from an app. You have 8 recovery codes left.",
			"[E-mail addresses](/account/email)",
			"1 address",
			"[Change password](/account/password)",
		]));

	test("begins with what is missing", () => {
		assert.deepEqual(
			advice({
				...{ passkeys: 0, codes: nothing, addresses: 0 },
				identity: { ...identity, backup: { state: "gone" } },
			}),
			[
				"Your password alone opens your account. [Add a passkey](/account/proofs/new-passkey), which nobody can talk you out of.",
				"[Add an e-mail address](/account/email): you hear of what happens with your account, and get a link if you forget your password.",
				"Your message keys have no backup on the server: turn it on in your app, or you lose old messages with your last device.",
			],
		);
	});

	test("knows that one lost phone would lock somebody out, and that a second passkey or codes on paper would not", () => {
		const one = { since: now, left: 0 };
		const missing = [
			"Who loses the only device with your passkey or codes does not get in. [Make recovery codes](/account/proofs/recovery-codes), and keep them on paper.",
		];
		assert.deepEqual(advice({ passkeys: 1, codes: nothing }), missing);
		assert.deepEqual(advice({ passkeys: 0, codes: one }), missing);
		assert.deepEqual(advice({ passkeys: 2, codes: nothing }), [calm]);
		assert.deepEqual(advice({ passkeys: 0, codes: { ...one, left: 1 } }), [calm]);
	});

	test("advises only what there is here", () => {
		assert.deepEqual(advice({ passkeys: 0, codes: nothing, canHavePasskeys: false }), [
			"Your password alone opens your account. [Set up one-time codes](/account/proofs/new-codes), so that knowing it is not enough.",
		]);
		assert.ok(!words({ addresses: undefined }).join().includes("E-mail"));
		assert.ok(words({ passkeys: 0, codes: nothing }).includes("None: your password is enough"));
		assert.ok(words({ addresses: 0 }).includes("None"));
		assert.ok(words({ passkeys: 2, codes: nothing }).includes("2 passkeys. No recovery codes."));
	});

	test("says so of an identity that is not set up, not dated, or vouches for nothing", () => {
		assert.ok(withIdentity({ since: undefined }).includes(`${what} Set up. 2 devices are verified with it.`));
		assert.ok(
			withIdentity({ verifiedDevices: 0 }).includes(
				`${what} Set up 3 days ago. None of your devices is verified with it.`,
			),
		);
		const none = withIdentity({ isSetUp: false, backup: { state: "never" } });
		assert.ok(none.includes(`${what} Not set up so far: your app does that.`));
		assert.ok(!none.join().includes("Backup"), "of something that is not there");
		assert.equal(none[1], calm);
	});

	test("tells a backup that is held from one that is gone", () => {
		assert.ok(
			withIdentity({ backup: { state: "held", keys: 1 } }).includes(
				"1 key, which an app has taken away. It is held, and comes back unless you agree to a request of that app.",
			),
		);
		for (const state of ["gone", "never"] as const)
			assert.ok(withIdentity({ backup: { state } }).includes("None"));
	});

	test("goes without the homeserver while that is away", () => {
		const lines = words({ identity: undefined });
		assert.equal(lines[1], calm);
		assert.ok(lines.includes(`${what} Your homeserver does not answer at the moment.`));
		assert.ok(!lines.join().includes("Backup"));
	});
});
