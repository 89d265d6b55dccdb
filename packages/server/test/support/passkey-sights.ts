import { passkeyRefusal } from "../../src/account/messages.ts";
import {
	newRecoveryCodesPage,
	recoveryCodesPage,
	removeCodesPage,
	showAppPage,
} from "../../src/account/pages/codes.ts";
import { confirmPage } from "../../src/account/pages/confirm.ts";
import { passwordPage } from "../../src/account/pages/password.ts";
import { makePasskeyPage, newPasskeyPage, passkeyPage, proofsPage } from "../../src/account/pages/proofs.ts";
import { removePasswordPage } from "../../src/account/pages/remove-password.ts";
import { secondStepPage } from "../../src/account/pages/second-step.ts";
import type { PageView } from "../../src/pages/index.ts";
import { say } from "../../src/words/index.ts";

/** What somebody sees who has a passkey; no browser is asked for one, since what it asks for is none. */
export function passkeyViews(now: number): readonly { readonly name: string; readonly view: PageView }[] {
	const passkey = {
		...{ id: "one", name: "My phone", host: "localhost", isUsable: true },
		...{ createdAt: now - 90 * 86_400_000, lastUsedAt: now - 3_600_000 },
	};
	const old = { ...passkey, id: "old", name: "My old laptop", host: "old.example", isUsable: false };
	const unused = { ...old, isUsable: true, name: "Key \u05d0\u05d1 on the wall", lastUsedAt: null };
	const asks = { password: false, passkey: "{}" };
	const problem = { field: "passkey", text: passkeyRefusal["passkey-late"] };
	const wrongCode = { field: "code", text: say("codes.refused") };
	const one = { passkey, action: "/", csrf: "t", asks, now };
	const to = { kind: "front" } as const;
	const step = { first: "password" as const, localpart: "alice", to, csrf: "t", code: false };
	const none = { since: undefined, left: 0 };
	const both = { password: true, code: true, passkey: "{}" };
	const app = {
		secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
		ticket: "t",
		uri: "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
	};
	const codes = Array.from({ length: 10 }, () => "mmww-mmww-mmww-mmww-mmww-mmww");
	const confirm = { userId: "@alice:localhost", to, csrf: "t", signOutCsrf: "t", elsewhereCsrf: "t", asks };
	return [
		{ name: "passkeys-one", view: proofsPage({ passkeys: [passkey], canBeMade: true, codes: none, now }) },
		{
			name: "passkeys",
			view: proofsPage({ passkeys: [passkey, old, unused], canBeMade: true, codes: none, now }),
		},
		{
			name: "passkeys-without-password",
			view: proofsPage({ passkeys: [passkey], canBeMade: true, codes: none, hasPassword: false, now }),
		},
		{
			name: "password-remove",
			view: removePasswordPage({ username: "alice", csrf: "t", passkey: "{}" }),
		},
		{
			name: "password-remove-refused",
			view: removePasswordPage({ username: "alice", csrf: "t", passkey: "{}", problem }),
		},
		{ name: "passkeys-not-here", view: proofsPage({ passkeys: [], canBeMade: false, codes: none, now }) },
		{ name: "passkey-new-asked", view: newPasskeyPage({ name: "Tablet", csrf: "t", asks }) },
		{ name: "passkey-make", view: makePasskeyPage({ name: "My phone", options: "{}", csrf: "t" }) },
		{ name: "passkey", view: passkeyPage(one) },
		{ name: "passkey-refused", view: passkeyPage({ ...one, problem }) },
		{ name: "passkey-of-before", view: passkeyPage({ ...one, passkey: old }) },
		{ name: "second-step", view: secondStepPage({ ...step, passkey: "{}" }) },
		{ name: "second-step-elsewhere", view: secondStepPage({ ...step, first: "upstream", passkey: "{}" }) },
		{ name: "second-step-refused", view: secondStepPage({ ...step, passkey: "{}", problem }) },
		{ name: "second-step-none-here", view: secondStepPage({ ...step, passkey: undefined }) },
		{
			name: "proofs-all",
			view: proofsPage({
				passkeys: [passkey],
				canBeMade: true,
				codes: { since: now - 60_000, left: 7 },
				now,
			}),
		},
		{
			name: "second-step-code",
			view: secondStepPage({ ...step, code: true, passkey: undefined, problem: wrongCode }),
		},
		{
			name: "second-step-lost",
			view: secondStepPage({ ...step, code: true, passkey: "{}", canBeLost: true }),
		},
		{ name: "second-step-both", view: secondStepPage({ ...step, code: true, passkey: "{}" }) },
		{ name: "passkey-or-codes", view: passkeyPage({ ...one, asks: both, problem: wrongCode }) },
		{ name: "confirm-codes", view: confirmPage({ ...confirm, asks: { password: true, code: true } }) },
		{ name: "codes-app", view: showAppPage({ app, csrf: "t", problem: say("codes.wrong") }) },
		{ name: "codes-remove", view: removeCodesPage({ csrf: "t", asks: both }) },
		{ name: "recovery-new", view: newRecoveryCodesPage({ csrf: "t", asks: both, left: 3 }) },
		{ name: "recovery-codes", view: recoveryCodesPage({ userId: "@alice:localhost", codes }) },
		{ name: "confirm-passkey", view: confirmPage(confirm) },
		{ name: "password-by-passkey", view: passwordPage({ username: "alice", csrf: "t", asks }) },
	];
}
