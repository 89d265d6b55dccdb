export const sso = {
	"sent-here": "You were sent here to sign in. If you continue, you go to",
	gets: "It gets access to your account and can read and send messages as you, until you sign it out on your account page. It never sees your password.",
	"to-website": "Continue to this website?",
	"to-host": "Continue to {host}?",
	"only-if": "Only continue if you started this yourself, just now",
	"only-if-text":
		"If a message, a person or another page brought you here, cancel: whoever sent you would be signed in as you.",
	"to-program": "Continue to a program on this device?",
	"to-app": "Continue to an app on this device?",
	"is-website": "This is a website. Compare its address, letter by letter, with that of the app you use.",
	"is-program": "This is a program that runs on this device.",
	"is-app": "This is the app on this device that opens such links. Any app can claim to.",
	"in-clear": "The way there is not encrypted",
	"in-clear-text": "Others in your network could take the access to your account for themselves.",
	denied: "Cancelled",
	"denied-text":
		"Nobody was given access to your account. If you did mean to sign in, go back to the app and start again.",
	"gone-text": "It took too long or was answered already. Go back to the app and start again.",
	"redirect-missing":
		"The app did not say where to return to. Go back to the app and start again, or use another app.",
	"redirect-not-a-url":
		"The app gave an address to return to that is none. Go back to the app and start again, or use another app.",
	"redirect-dangerous":
		"The address to return to is of a kind that could harm you. If somebody sent you this link, do not use it.",
	undecided: "Continue or cancel?",
} as const;
