/** Every letter as somebody reads it, whole. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { english } from "../words/index.ts";
import { type Letter, writeLetter } from "./letter.ts";
import { letterOf, testLetter } from "./letters.ts";
import type { QueuedLetter } from "./ports.ts";
import { registrationLetter } from "./registration-letter.ts";

const now = Date.UTC(2026, 10, 30, 12, 5);
const of = {
	...{ localpart: "alice", userId: "@alice:example.org", server: "Example" },
	...{ publicBase: "https://auth.example.org/", now },
	secrets: {
		code: (seed: string) => `code of ${seed}`,
		link: (seed: string) => `link-${seed}`,
		objection: (eventId: string) => `objection-${eventId}`,
		loss: (step: "begin" | "finish", id: string, key: string) => [step, id, key].join("-"),
	},
};
const queued = { to: "Alice@Example.org", expiresAt: now + 600_000 };

function read(letter: Letter | undefined): string {
	assert.ok(letter);
	const { subject, text } = writeLetter(letter, english);
	return `${subject}\n\n${text}`;
}

type Kinds<Queued> = Queued extends unknown ? Omit<Queued, keyof typeof queued> : never;

const letters: readonly (readonly [
	string,
	Kinds<Exclude<QueuedLetter, { kind: "registration-code" }>>,
	string,
])[] = [
	[
		"the code for an address",
		{ kind: "address-code", seed: "s" },
		`code of s is your code for Example

Somebody who is signed in to Example as @alice:example.org says that this address is theirs. If that is you, enter this code on the page that asks for it:

code of s

It is good for 10 minutes. Tell it to nobody: nobody who runs Example ever asks for it.

If it was not you, do nothing. Without the code the address is not added.
`,
	],
	[
		"the link for a new password",
		{ kind: "password-link", seed: "s" },
		`A new password for your account on Example

Hello alice,

Somebody asked for a new password for @alice:example.org on Example, and this address belongs to the account. If that was you, open this page and choose one:

Choose a new password:
https://auth.example.org/account/new-password/link-s

It works once, within 10 minutes.

If it was not you, do nothing: nobody but you reads this letter, and without it nobody can set the password. Hand the link to nobody.
`,
	],
	[
		"the first letter about lost factors",
		{ kind: "lost-factors-begin", seed: "s" },
		`Have you lost your passkeys and codes for Example?

Hello alice,

Somebody who knows the password of @alice:example.org on Example says that all passkeys and codes of the account are lost. If that is you, open this page and begin the waiting time of seven days. After that you get another letter, with which you take them away:

Begin the waiting time:
https://auth.example.org/account/lost-factors/s.begin-s-alice@example.org

It works once, within 10 minutes. Hand the link to nobody.

If it was not you, do not open it: somebody knows your password. Change it, with your passkey or code, on your account page.
`,
	],
	[
		"the second",
		{ kind: "lost-factors-finish", seed: "s" },
		`Your passkeys and codes for Example can be taken away now

Hello alice,

The waiting time of @alice:example.org on Example is over. Open this page and enter your password: all passkeys, codes of an app and recovery codes are taken away, and the password is enough again.

Take passkeys and codes away:
https://auth.example.org/account/lost-factors/s.finish-s-alice@example.org

It works once, within 10 minutes, and with the password alone. Hand the link to nobody.

If it was not you, sign in with your passkey or code: that ends it. Then change your password, which somebody knows.
`,
	],
	[
		"a notice of an approval",
		{ kind: "notice", eventId: "e", event: "reset-approved", at: String(now - 60_000), from: "192.0.2.1" },
		`Replacing your digital identity was approved (Example)

Hello alice,

This happened with your account @alice:example.org on Example:

Replacing your digital identity was approved, on 2026-11-30 12:04 UTC.

From the address 192.0.2.1.

Until your app uses the approval, you can take it back.

If that was you, there is nothing to do. If not, say so:

This was not me:
https://auth.example.org/account/not-me/e.objection-e
`,
	],
	[
		"one of something else, from nobody knows where",
		{ kind: "notice", eventId: "e", event: "passkey-added", at: String(now), from: "" },
		`A passkey was added (Example)

Hello alice,

This happened with your account @alice:example.org on Example:

A passkey was added, on 2026-11-30 12:05 UTC.

If that was you, there is nothing to do. If not, say so:

This was not me:
https://auth.example.org/account/not-me/e.objection-e
`,
	],
	[
		"one of an account that was closed",
		{ kind: "notice", eventId: "e", event: "account-deactivated", at: String(now), from: "" },
		`The account was deactivated (Example)

Hello alice,

This happened with your account @alice:example.org on Example:

The account was deactivated, on 2026-11-30 12:05 UTC.

If that was you, there is nothing to do. If not, turn to the people who run this server.
`,
	],
	[
		"a token that ends, of a program whose name is no link",
		{ kind: "ends-soon", what: "token-ends-soon", name: "My <bot>: https://x.org", ends: String(now + 1) },
		`A token for a program ends soon (Example)

Hello alice,

The token “My bot https x org”, with which a program uses your account @alice:example.org on Example, ends on 2026-11-30 12:05 UTC. The program stops then. If it is to go on, replace the token before, on your account page, and give the new one to the program: it keeps its device.

Look at your tokens:
https://auth.example.org/account/tokens

If you do not need it any more, there is nothing to do.
`,
	],
	[
		"one that is over",
		{ kind: "ends-soon", what: "token-ends-soon", name: "bot", ends: String(now) },
		`A token for a program ran out (Example)

Hello alice,

The token “bot”, with which a program used your account @alice:example.org on Example, ran out on 2026-11-30 12:05 UTC. If the program is to go on, replace the token within ten days, on your account page, and give the new one to the program: it keeps its device. After that its device is removed, with its encryption keys.

Look at your tokens:
https://auth.example.org/account/tokens

If you do not need it any more, there is nothing to do.
`,
	],
	[
		"an app that was not used",
		{ kind: "ends-soon", what: "app-idle-soon", name: "app", ends: String(now + 1) },
		`An app is signed out soon (Example)

Hello alice,

The app “app”, which is signed in as @alice:example.org on Example, was not used for long. It is signed out on 2026-11-30 12:05 UTC, unless it is used before.

When it is signed out, its device goes with its encryption keys. Without another device or your recovery key you cannot read older encrypted messages again.

Look at your devices:
https://auth.example.org/account/devices

If you do not need it any more, there is nothing to do.
`,
	],
	[
		"an app of long ago, whose name is cut",
		{ kind: "ends-soon", what: "app-ends-soon", name: "ü".repeat(61), ends: String(now) },
		`An app is signed out soon (Example)

Hello alice,

The app “üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü” signed in as @alice:example.org on Example a long time ago. It is signed out on 2026-11-30 12:05 UTC, and has to sign in again then.

When it is signed out, its device goes with its encryption keys. Without another device or your recovery key you cannot read older encrypted messages again.

Look at your devices:
https://auth.example.org/account/devices

If you do not need it any more, there is nothing to do.
`,
	],
	[
		"an address that its person removed",
		{ kind: "address-removed", eventId: "e" },
		`This address was removed from your account on Example

Hello alice,

This e-mail address does not belong to @alice:example.org any more. From now on it can neither get a link for a new password nor hear of what happens with the account.

If it was not you, say so. The address is put back, unless another one has been the account's for a month:

This was not me:
https://auth.example.org/account/not-me/e.objection-e
`,
	],
	[
		"one that was taken away",
		{ kind: "address-withdrawn" },
		`This address was removed from your account on Example

Hello alice,

The people who run Example have taken this e-mail address away from @alice:example.org. From now on it can neither get a link for a new password nor hear of what happens with the account.

If that is wrong, turn to them.
`,
	],
];

for (const [what, letter, expected] of letters)
	test(`a letter: ${what}`, () => {
		assert.equal(read(letterOf({ ...queued, ...letter }, of)), expected);
	});

test("of what nobody knows any more there is no letter", () => {
	const letter = { kind: "notice", eventId: "e", event: "gone", at: "1", from: "" } as const;
	assert.equal(letterOf({ ...queued, ...letter }, of), undefined);
});

for (const [what, userId, expected] of [
	[
		"a code for who has no account",
		undefined,
		`code of s is your code for Example

Somebody wants to make an account on Example with this e-mail address. If that is you, enter this code on the page that asks for it:

code of s

It is good for 10 minutes. Tell it to nobody: nobody who runs Example ever asks for it.

If it was not you, do nothing. Without the code no account is made.
`,
	],
	[
		"word for who has one",
		"@alice:example.org",
		`You have an account on Example

Somebody wants to make an account on Example with this e-mail address. You have one with it already: @alice:example.org. If that is you, sign in as before. If you forgot your password, choose a new one:

Forgot your password?
https://auth.example.org/account/forgotten-password

If it was not you, do nothing: nothing has changed, and nobody was told that the account is there.
`,
	],
] as const)
	test(`to who wants an account: ${what}`, () => {
		const letter = { ...queued, kind: "registration-code", seed: "s", key: "k" } as const;
		assert.equal(read(registrationLetter(letter, { ...of, userId })), expected);
	});

test("the one that an operator has sent", () => {
	assert.equal(
		read(testLetter("Example")),
		`A test letter from Example

The server Example can send mail. Somebody who runs it wanted to know.
`,
	);
});

test("in HTML a letter says the same, loads nothing, and shows where a link leads", () => {
	const letter = { ...queued, kind: "password-link", seed: "s" } as const;
	const written = writeLetter(letterOf(letter, of) ?? testLetter(""), english);
	assert.equal(written.html.match(/<(?:img|script|link|iframe|style|form)/), null);
	const shown = written.html
		.replaceAll(/<title>.*<\/title>|<[^>]+>/g, "")
		.replaceAll(/\s+/g, " ")
		.trim();
	assert.equal(shown, written.text.replaceAll("password:\n", "password ").replaceAll(/\s+/g, " ").trim());
	assert.match(written.html, /<a href="https:\/\/auth.example.org\/account\/new-password\/link-s"/);
	const code = writeLetter(
		letterOf({ ...queued, kind: "address-code", seed: "s" }, of) ?? testLetter(""),
		english,
	);
	assert.match(code.html, /<p style="font:700 28px[^"]*">code of s<\/p>/);
});
