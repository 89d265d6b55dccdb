export const notice = {
	"signed-in": "Somebody signed in on the account pages, from a place from which nobody had before",
	banner: "Lately, with your account",
	"banner-hint": "Was one of these not you? Say so, and it is undone as far as it can be.",
	"put-away": "I have seen this",
	"not-me": "This was not me",
	title: "Was this not you?",
	what: "{what}, {when}, in the account <strong>{userId}</strong>.",
	from: "From the address {address}.",
	effect:
		"Every browser is signed out of this site, requests to replace the digital identity are refused, and the app that did it is signed out. Tokens for programs that were made or replaced on these pages since then end, with their devices, and accounts elsewhere that were linked since then are unlinked, unless nobody could sign in any more. An e-mail address that was added by it is taken off the account; one that was removed is put back, unless another one has been there for a month. A passkey, an app of codes or recovery codes that were added in the last seven days are taken away again, unless an account with two factors would be left with one; with the first of them all go that were added since. What any device was allowed for ten minutes ends only where this is said of that very line. Nothing else changes, and nobody is signed in by this.",
	window: "Every app of this account is signed out by it",
	"window-text":
		"There is no other way to close what was allowed: your homeserver goes on taking a new digital identity from any app until the ten minutes are over. Until then no app can sign in. Apps that have no backup of their message keys lose them.",
	button: "This was not me",
	"was-me": "It was me",
	done: "Done",
	"done-text":
		"Browsers are signed out, requests are refused, and tokens for programs and accounts elsewhere that were added here since then are gone. Whoever did it may know your password: set a new one now, then look at your devices, tokens, passkeys, addresses and the services by which you sign in.",
	"new-password": "Get a link for a new password",
	gone: "This link is over",
	"gone-text":
		"Such a link is good for a month. If something with your account was not you, change your password and sign out everywhere.",
} as const;
