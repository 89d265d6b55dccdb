import type { SecurityEvent, SecurityEventKind } from "../../audit/index.ts";

interface Words {
	readonly text: string;
	/** Worth a second look: somebody was refused, or something cannot be taken back. */
	readonly isAlarming: boolean;
}

const kinds: Readonly<Record<SecurityEventKind, Words>> = {
	"account-registered": calm("The account was created"),
	"signed-in": calm("Signed in on this site"),
	"sign-in-refused": alarming("Somebody tried to sign in with a wrong password"),
	"browser-signed-out": calm("Another browser was signed out of this site"),
	"password-changed": alarming("The password was changed"),
	"password-refused": alarming("A wrong password was entered to confirm something"),
	"password-reset": alarming("The people who run this server gave the account a new password"),
	"account-locked": alarming("The people who run this server locked the account"),
	"account-unlocked": calm("The people who run this server unlocked the account"),
	"account-deactivated": alarming("The account was deactivated"),
	"account-reactivated": alarming("The people who run this server opened the account again"),
	"admin-granted": alarming("The people who run this server made the account an administrator of it"),
	"admin-withdrawn": calm("The people who run this server decided that the account administers it no more"),
	"device-allowed": calm("An app on another device was allowed to sign in, by its code"),
	"device-refused": calm("An app on another device was refused to sign in"),
	"device-signed-in": calm("An app signed in"),
	"device-signed-out": calm("An app was signed out"),
	"token-issued": alarming("The people who run this server issued a lasting token for the account"),
	"refresh-token-late": calm(
		"An app showed an older credential than its last one and got nothing for it. An app that slept does so once",
	),
	"refresh-token-reused": alarming(
		"An app was signed out because its credentials turned up a second time: they may have been copied. The device is kept for a day",
	),
	"identity-created": calm("Your digital identity was set up"),
	"reset-asked": alarming("An app asked to replace your digital identity"),
	"reset-approved": alarming("Replacing your digital identity was approved"),
	"reset-denied": calm("Replacing your digital identity was refused"),
	"reset-reopened": calm("A refused request to replace your digital identity was reopened"),
	"reset-expired": calm("A request to replace your digital identity expired"),
	"reset-refused": calm("The homeserver refused the new digital identity that was approved"),
	"reset-window-asked": alarming(
		"Somebody at this site asked your homeserver to let any of your devices replace your digital identity",
	),
	"reset-window-opened": alarming("For ten minutes any of your devices could replace your digital identity"),
	"identity-replaced": alarming("Your digital identity was replaced"),
	"identity-replaced-unasked": alarming(
		"The homeserver let an app replace your digital identity without anybody's approval",
	),
	"identity-replaced-by-service": alarming(
		"An application service of the homeserver wrote your digital identity, without anybody's approval",
	),
};

const signedOut: ReadonlyMap<string, string> = new Map([
	["signed-out", "An app was signed out on this site"],
	["signed-out-everywhere", "An app was signed out, together with all others"],
	["revoked", "An app signed itself out"],
	["replaced", "An app was signed out because another one took over its device"],
	[
		"code-replayed",
		"An app was signed out because its sign-in was used a second time: it may have been copied. The device is kept for a day",
	],
	["ended-by-operator", "An app was signed out by the people who run this server"],
	[
		"admin-withdrawn",
		"An app was signed out because it could administer this server and the account no more may",
	],
	["account-closed", "An app was signed out because the account was deactivated"],
]);

/** An entry of the security log as the person reads it. */
export function eventWords({ kind, detail }: Pick<SecurityEvent, "kind" | "detail">): Words {
	const words = kinds[kind];
	if (kind === "browser-signed-out" && detail.browsers !== "1")
		return calm(`${detail.browsers ?? "All"} other browsers were signed out of this site`);
	const reason = kind === "device-signed-out" ? signedOut.get(detail.reason ?? "") : undefined;
	if (reason === undefined) return words;
	return detail.reason === "code-replayed" ? alarming(reason) : calm(reason);
}

function calm(text: string): Words {
	return { text, isAlarming: false };
}

function alarming(text: string): Words {
	return { text, isAlarming: true };
}
