import type { RoomKeysRestored } from "@countersign/client";
import type { Done, Step } from "../report/events.ts";

/** What is being done, as it begins. */
export const stepWords = {
	upload: "Publishing the new keys",
	import: "Taking the new identity over",
	"sign-device": "Signing this device",
	"save-recovery-key": "Making the recovery key",
	"store-recovery": "Setting up recovery",
	"create-backup": "Making a backup for message keys",
	"use-backup": "Turning the backup on",
	"delete-old-backup": "Deleting the old backup",
	"replace-dehydrated-device": "Replacing the device that keeps messages while you are signed out",
	"upload-device-keys": "Publishing this device's keys",
	restore: "Taking the identity over with the recovery key",
	vouch: "Signing that device",
	"sign-out": "Signing out",
	"ask-other-devices": "Asking your other devices",
	"await-request": "Waiting for a request: begin the verification on another device of yours",
	"await-other-device": "Waiting for another device of yours: accept the request there",
	"agree-on-emoji": "Agreeing on emoji with the other device",
	"await-same-answer": "Waiting for the answer on the other device",
	"take-over": "Taking the identity over from the other device",
} as const satisfies Record<Step, string>;

export const doneWords = {
	"nothing-to-do": "Nothing to do: this device holds the identity, and others can see that.",
	"set-up": "Done. The identity is set up, and this device holds it.",
	reset: "Done. The new identity is in place, and this device holds it.",
	abandoned: "The reset is forgotten. Nothing was changed.",
	restored: "Done. The identity is back, and others can see that this device is yours.",
	verified: "Done. Others can see that this device is yours, and it holds the identity.",
	"verified-only":
		"Done. Others can see that this device is yours. The other device handed no identity over.",
	vouched: "Done. Others can see that that device is yours.",
	"recovery-key-rotated": "Done. The new recovery key counts; the old one opens nothing any more.",
	undone: "Done. Messages from before the reset can be read again, here and wherever the new backup is used.",
	"logged-out": "Everything kept here is deleted.",
} as const satisfies Record<Done, string>;

export const signInWords = {
	code: "Allow this device in a browser, on any machine:",
	typed: (url: string, code: string) => `Or open ${url} and enter ${code}`,
	waiting: (until: string) => `Waiting until ${until}, Ctrl-C stops…`,
	browser: "Open this page in a browser on this machine, and sign in:",
	waitingForBrowser: "Waiting for the browser, Ctrl-C stops…",
	emoji: "Compare with the other device:",
	approveAnew: "The page above is void. This one takes its place:",
	letRead: "Let this device read what your server keeps, on this page, in any browser:",
	approve: "Approve the new keys on this page, in any browser:",
	elsewhere: (host: string) =>
		`Careful: you signed in elsewhere, and this page is at ${host}. Approve only if you know that place.`,
	allowed: "Signed in",
	approved: "Approved",
} as const;

export const backupStaysWords = "This device reads no backup, so the new key opens none.";

export function movedWords({ imported, total }: RoomKeysRestored): string {
	return `${imported} of ${total} message keys could be read, and are in the new backup.`;
}
