export const codes = {
	title: "One-time codes",
	why: "An app on your phone shows a new code every half minute, which you enter beside your password.",
	since: "An app shows codes for your account since {when}.",
	set: "Set up an app",
	replace: "Set up another app",
	new: "Set up one-time codes",
	"new-why":
		"From then on your password alone is not enough, and every other browser is signed out of this site.",
	scan: "Scan this with an app for one-time codes:",
	type: "Or enter this in the app, for codes by time:",
	first: "The code that the app shows now",
	"first-hint": "Six digits",
	keep: "Use this app",
	wrong: "This code is not right. Enter the one that the app shows now.",
	"not-added": "The app was not set up",
	alone:
		"Codes stand beside a password or a passkey, and you have neither here. Add a passkey first, or set a password: with a link to an e-mail address that you have confirmed, from the sign-in page, or with a link from the people who run this server.",
	remove: "Remove one-time codes",
	"remove-why": "Codes of your app are worth nothing any more.",
	label: "One-time or recovery code",
	hint: "Six digits from your app, or one of your recovery codes",
	refused: "This code is not right, or was used before.",
	instead: "Use your password and a code instead",
	recovery: "Your recovery codes",
	"recovery-title": "Recovery codes",
	"recovery-left": {
		one: "You have {count} recovery code left.",
		other: "You have {count} recovery codes left.",
	},
	"recovery-none": "You have no recovery codes. Without them, who loses their device does not get in.",
	"recovery-new": "Make recovery codes",
	"recovery-why":
		"Ten codes to write down. Each works once, beside your password, when your passkey or phone is lost.",
	"recovery-again": {
		one: "You get ten new codes to write down. The {count} you have left is over then.",
		other: "You get ten new codes to write down. The {count} you have left are over then.",
	},
	"recovery-make": "Make ten codes",
	"recovery-made":
		"Your recovery codes were made a moment ago, and are shown only once. If you did not see them, make them again: with the next code of your app, or with your passkey.",
	"recovery-once":
		"Write these down or print them, and keep them where nobody else looks. They are shown this one time. Each works once, beside your password.",
	"recovery-download": "Download them as a file",
	"recovery-print": "Your browser prints this page as it is.",
	"recovery-kept": "I have them",
} as const;
