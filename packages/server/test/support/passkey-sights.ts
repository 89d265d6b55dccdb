import { passkeyRefusal } from "../../src/account/messages.ts";
import { confirmPage } from "../../src/account/pages/confirm.ts";
import { passwordPage } from "../../src/account/pages/password.ts";
import { makePasskeyPage, newPasskeyPage, passkeyPage, proofsPage } from "../../src/account/pages/proofs.ts";
import { secondStepPage } from "../../src/account/pages/second-step.ts";
import type { PageView } from "../../src/pages/index.ts";

/** What somebody sees who has a passkey; no browser is asked for one, since what it asks for is none. */
export function passkeyViews(now: number): readonly { readonly name: string; readonly view: PageView }[] {
	const passkey = {
		...{ id: "one", name: "My phone", host: "localhost", isUsable: true },
		...{ createdAt: now - 90 * 86_400_000, lastUsedAt: now - 3_600_000 },
	};
	const old = { ...passkey, id: "old", name: "My old laptop", host: "old.example", isUsable: false };
	const unused = { ...old, isUsable: true, name: "Key \u05d0\u05d1 on the wall", lastUsedAt: null };
	const asks = { password: false, passkey: "{}" };
	const problem = passkeyRefusal["passkey-late"];
	const one = { passkey, action: "/", csrf: "t", asks, now };
	const to = { kind: "front" } as const;
	const step = { localpart: "alice", to, csrf: "t" };
	const confirm = { userId: "@alice:localhost", to, csrf: "t", signOutCsrf: "t", asks };
	return [
		{ name: "passkeys-one", view: proofsPage({ passkeys: [passkey], canBeMade: true, now }) },
		{ name: "passkeys", view: proofsPage({ passkeys: [passkey, old, unused], canBeMade: true, now }) },
		{ name: "passkeys-not-here", view: proofsPage({ passkeys: [], canBeMade: false, now }) },
		{ name: "passkey-new-asked", view: newPasskeyPage({ name: "Tablet", csrf: "t", asks }) },
		{ name: "passkey-make", view: makePasskeyPage({ name: "My phone", options: "{}", csrf: "t" }) },
		{ name: "passkey", view: passkeyPage(one) },
		{ name: "passkey-refused", view: passkeyPage({ ...one, problem }) },
		{ name: "passkey-of-before", view: passkeyPage({ ...one, passkey: old }) },
		{ name: "second-step", view: secondStepPage({ ...step, passkey: "{}" }) },
		{ name: "second-step-refused", view: secondStepPage({ ...step, passkey: "{}", problem }) },
		{ name: "second-step-none-here", view: secondStepPage({ ...step, passkey: undefined }) },
		{ name: "confirm-passkey", view: confirmPage(confirm) },
		{ name: "password-by-passkey", view: passwordPage({ username: "alice", csrf: "t", asks }) },
	];
}
