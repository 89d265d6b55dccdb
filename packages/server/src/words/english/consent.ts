export const consent = {
	"new-account": "Make a new account",
	undecided: "Allow or cancel?",
	"undecided-text": "The form came without an answer. Go back and choose one. Nothing was changed.",
	"runs-here": "on this device, answers at <code>{address}</code>",
	"nothing-waits":
		"The app speaks of a request to replace your digital identity that is over, or that it did not make. Nothing was changed. Start again in the app.",
	expected: "The app asked for <strong>{userId}</strong>.",
	title: "Let this app sign in?",
	address: "Address",
	runs: "Runs",
	"runs-website": "as a website",
	"other-account": "You are signed in with another account",
	"signed-in-as": "This browser is signed in as <strong>{userId}</strong>.",
	"go-on-as": "Go on as {userId}",
	gone: "This sign-in is over",
	"gone-text":
		"It took too long, was answered already, or was started in another browser. Go back to the app and start again.",
	"gone-no-cookies":
		"This browser sent no cookie. If cookies are switched off, allow them for this site; if the page was opened in another browser than the app's, stay in that one. Go back to the app and start again.",
	"new-impossible":
		"On this server people cannot make one themselves: ask those who run it. Below, the app would get <strong>{userId}</strong>.",
	"new-signs-out":
		"This browser is signed in as <strong>{userId}</strong>. Making a new account signs this browser out; your devices stay signed in.",
	"or-this": "Or let the app sign in as <strong>{userId}</strong>:",
	"wants-new": "The app asked for a new account",
} as const;
