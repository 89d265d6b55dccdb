export const signIn = {
	elsewhere: "This is {server}; that account is on another server.",
	"no-match": "User name and password do not match.",
	"no-match-either":
		"Name or address and password do not match, or there were too many tries for this account. If you are sure of them, try again in a minute or, where that does not help, in an hour.",
	"name-or-address": "User name or e-mail address",
	"just-changed": "The password was just changed. Try again.",
	"user-name-hint": "Like alice, or @alice:{server}",
	"for-request": "Sign in to see who asks to replace your digital identity. Signing in approves nothing.",
	"for-identity": "Sign in to go on to your digital identity. Signing in approves nothing.",
	"user-name": "User name",
	"sign-in": "Sign in",
	"forgot-mail": "<mail>Forgot your password?</mail>",
	forgot: "Forgot your password? Ask the people who run this server.",
	"not-you": "Not you?",
	"another-account": "Use another account",
	confirm: "Confirm it is you",
	"confirm-why": "What comes next needs your password once more.",
} as const;
