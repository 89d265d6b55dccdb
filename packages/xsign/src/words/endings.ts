import type { ClientErrorCode } from "@countersign/client";
import type { RefusalCode } from "../refusal.ts";

/** What the exit codes mean. Scripts rely on them. */
export const exitCodes = {
	done: 0,
	/** It could not be done, now or with what was given. */
	failed: 1,
	/** It was asked for wrongly; what to type is said. */
	usage: 2,
	/** The person said no. */
	denied: 3,
	/** Nobody answered in time. */
	expired: 4,
	/** The server cannot do this. */
	unsupported: 5,
	/** The new identity is published, the rest is not done: `xsign resume`. */
	incomplete: 6,
	/** Asked, and not waited for: `xsign resume`. */
	pending: 75,
	interrupted: 130,
} as const;

/** How an error ends the program. `{name}` in a text is filled in with what is known. */
export interface Ending {
	readonly exit: keyof typeof exitCodes;
	readonly message: string;
	readonly next?: readonly string[];
}

export type EndingCode = ClientErrorCode | RefusalCode | "unexpected";

const resume = ["Go on with the same keys:  xsign resume"];
const again = ["Try again later."];

/** Every way not to come to an end; `incomplete` and `unexpected` ones are worked out in `run.ts`. */
export const endings: Readonly<Record<EndingCode, Ending>> = {
	network: { exit: "failed", message: "The server does not answer{reason}.", next: again },
	aborted: { exit: "interrupted", message: "Stopped." },
	"http-status": { exit: "failed", message: "The server answers with status {status}.{words}", next: again },
	"rate-limited": { exit: "failed", message: "The server asks to wait.", next: again },
	"malformed-answer": {
		exit: "failed",
		message: "What answers there is not a Matrix server, or a proxy stands before it.",
	},
	"no-homeserver": {
		exit: "failed",
		message: "There is no homeserver at that name.",
		next: ["Name a server, a user id or an address:  xsign login example.org"],
	},
	"oauth-unsupported": {
		exit: "unsupported",
		message: "The homeserver has no OAuth 2.0.",
		next: ["Sign in by password:  xsign login --password @you:example.org"],
	},
	"device-grant-unsupported": {
		exit: "unsupported",
		message: "The server does not sign in devices by a code.",
		next: ["With a browser on this machine:  xsign login --browser SERVER"],
	},
	"malformed-metadata": { exit: "unsupported", message: "The server describes its sign-in wrongly." },
	"oauth-error": { exit: "failed", message: "The server refused to sign in: {oauth}." },
	"state-mismatch": { exit: "failed", message: "The answer belongs to another sign-in.", next: again },
	"issuer-mismatch": { exit: "failed", message: "The answer comes from another server. Nothing was done." },
	"sign-in-timeout": {
		exit: "expired",
		message: "Nobody allowed it in time.",
		next: ["Start again:  xsign login"],
	},
	"storage-unavailable": { exit: "failed", message: "Nothing can be kept there." },
	"temporarily-unavailable": {
		exit: "failed",
		message: "The server is not available at the moment.",
		next: again,
	},
	"logged-out": {
		exit: "failed",
		message: "The homeserver has ended this session.",
		next: ["Clean up, then sign in again:  xsign logout && xsign login"],
	},
	"tokens-not-saved": { exit: "failed", message: "The session could not be written down: {cause}" },
	"password-wrong": { exit: "failed", message: "The user name or the password is wrong." },
	"approval-denied": {
		exit: "denied",
		message: "It was refused. The old identity stands; nothing was changed.",
		next: ["Forget the keys made for it:  xsign abandon"],
	},
	"approval-expired": {
		exit: "expired",
		message: "Nobody approved it in time. The old identity stands; nothing was changed.",
		next: resume,
	},
	"challenge-unsupported": {
		exit: "unsupported",
		message: "The homeserver asks for what cannot be done here{stages}. Nothing was changed.",
	},
	"bad-approval-url": {
		exit: "unsupported",
		message: "The homeserver names a page that must not be opened. Nothing was changed.",
	},
	"keys-rejected": { exit: "failed", message: "The homeserver does not take these keys.{words}" },
	"keys-not-stored": {
		exit: "incomplete",
		message: "The homeserver says that it took the keys, and shows the old ones.",
		next: resume,
	},
	"keys-replaced-elsewhere": {
		exit: "failed",
		message: "Another identity was published meanwhile. The keys made here are forgotten.",
		next: ["Look at it first:  xsign status"],
	},
	"identity-incomplete": {
		exit: "incomplete",
		message: "The identity is published, but not everything that belongs to it shows.",
		next: resume,
	},
	"recovery-not-saved": {
		exit: "incomplete",
		message: "The recovery key was not kept. Everything before it is done.{system}",
		next: resume,
	},
	"recovery-key-wrong": {
		exit: "failed",
		message: "This is not the recovery key or passphrase.",
		next: ["Try again:  xsign restore"],
	},
	"nothing-to-restore": {
		exit: "failed",
		message: "No recovery was set up for the identity that is published.",
		next: ["See what else helps:  xsign status"],
	},
	"reading-timeout": {
		exit: "expired",
		message:
			"Nobody let this device read it in time, or that time was over before it had. Nothing was changed.",
		next: ["Try again:  xsign undo"],
	},
	"nothing-to-verify-with": {
		exit: "failed",
		message: "No other device of yours is signed in that could vouch for this one.",
		next: ["See what else helps:  xsign status"],
	},
	"verification-mismatch": {
		exit: "denied",
		message: "The emoji differ. Nothing is trusted; somebody may be in between.",
		next: ["Look which devices are signed in to your account, then try again:  xsign verify"],
	},
	"verification-cancelled": {
		exit: "denied",
		message: "The other device gave up. Nothing was changed.",
		next: ["Try again:  xsign verify"],
	},
	"verification-timeout": {
		exit: "expired",
		message: "Nobody answered on the other device in time. Nothing was changed.",
		next: ["Try again:  xsign verify"],
	},
	"verification-answered-elsewhere": {
		exit: "failed",
		message: "Another device of yours took the request.",
		next: ["Try again:  xsign verify"],
	},
	"device-unknown": {
		exit: "failed",
		message: "This account has no such device, or it has not published its keys.",
		next: ["Let its program run once, and look at the id again."],
	},
	"device-key-differs": {
		exit: "failed",
		message: "The device has published another key. Nothing was signed.",
		next: ["Compare again with what the device itself shows. If it is right, somebody is in between."],
	},
	"already-running": {
		exit: "failed",
		message: "Another xsign works on this reset.",
		next: ["Wait for it, or end it."],
	},
	usage: { exit: "usage", message: "{problem}" },
	"no-answer": {
		exit: "usage",
		message: "Nothing was entered. Nothing was changed.",
		next: ["Type it when you are asked; programs write it into the input:  … < FILE"],
	},
	"not-signed-in": {
		exit: "usage",
		message: "Nobody is signed in here ({folder}).",
		next: ["Sign in first:  xsign login example.org"],
	},
	"signed-in-already": {
		exit: "usage",
		message: "{userId} is signed in here already.",
		next: ["Another account beside it:  xsign login --state OTHER_FOLDER", "In its place:  xsign logout"],
	},
	"state-busy": {
		exit: "failed",
		message: "Another xsign is at work in {folder}.",
		next: ["Wait for it, or end it."],
	},
	"state-damaged": { exit: "failed", message: "What is kept in {folder} cannot be read: {file}." },
	"device-taken": {
		exit: "usage",
		message: "Another program encrypts as device {deviceId}; a second one would break it.",
		next: ["Give xsign a device of its own:  xsign login"],
	},
	"identity-exists": {
		exit: "usage",
		message: "There is an identity, and it is not lost.",
		next: ["{advice}", "Replace it all the same:  xsign reset --replace '{fingerprint}'"],
	},
	"no-identity": {
		exit: "usage",
		message: "There is no identity yet.",
		next: ["Set one up:  xsign setup"],
	},
	"no-recovery": {
		exit: "failed",
		message: "No recovery was set up for this identity: there is no key that opens it.",
		next: ["See what else helps:  xsign status"],
	},
	files: { exit: "failed", message: "The system says: {cause}" },
	"not-held": {
		exit: "usage",
		message: "This device does not hold the identity.",
		next: ["See how it can be had:  xsign status"],
	},
	"wrong-fingerprint": {
		exit: "usage",
		message: "Another identity is published: {fingerprint}",
		next: ["Look at it first:  xsign status"],
	},
	"nowhere-to-save": {
		exit: "usage",
		message: "There will be a recovery key, and nobody to show it to.",
		next: ["Name a file for it:  --save-recovery-key FILE", "Or go without:  --no-recovery-key"],
	},
	"file-exists": {
		exit: "usage",
		message: "{file} exists, and is not overwritten.",
		next: ["Name another one:  --save-recovery-key FILE"],
	},
	"nothing-under-way": {
		exit: "failed",
		message: "No reset is under way.",
		next: ["See what there is to do:  xsign status"],
	},
	"accepted-already": {
		exit: "incomplete",
		message: "The homeserver has the new keys already: without them nobody would hold the identity.",
		next: resume,
	},
	"reset-under-way": {
		exit: "usage",
		message: "A reset is under way.",
		next: [...resume, "Or forget it:  xsign abandon"],
	},
	"identity-would-be-lost": {
		exit: "usage",
		message: "Only this device holds the identity, and there is no recovery key: it would be lost.",
		next: ["Make a recovery key first:  xsign recovery-key rotate", "Or lose it:  xsign logout --force"],
	},
	"approval-pending": {
		exit: "pending",
		message: "Not approved yet. The old identity stands; nothing was changed.",
		next: resume,
	},
	"old-key-wrong": {
		exit: "failed",
		message: "This is not the recovery key or passphrase of before the reset.",
		next: ["Try again:  xsign undo"],
	},
	"none-opened": {
		exit: "failed",
		message:
			"Message keys that your server keeps: {total}. None of them could be opened; nothing was changed.",
		next: ["If you had another recovery key or passphrase, try that one:  xsign undo"],
	},
	"nothing-kept": { exit: "unsupported", message: "This server keeps nothing from before a reset." },
	"no-signed-backup": {
		exit: "failed",
		message: "This device works with no backup that your identity has signed.",
		next: ["Turn key storage on in your app, then:  xsign restore && xsign undo"],
	},
	unexpected: { exit: "failed", message: "This is a fault of xsign: {cause}" },
};
