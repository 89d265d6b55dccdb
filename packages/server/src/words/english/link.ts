export const link = {
	"unknown-code":
		"No device waits with this code. Check what your device shows; codes are good for 20 minutes and for one answer.",
	tick: "Tick the box if you started this yourself. If you did not, refuse.",
	"not-admin": "Only administrators of this server can let an app administer it.",
	"if-given": "If somebody else gave you its code, refuse: they would be signed in as you.",
	elsewhere: "The device asked from {address}, but you are at {here}. That may be another network.",
	asking: "Let this device sign in?",
	code: "Code",
	agent: "Browser or system, as it says",
	own: "I started this on my other device, just now",
	enter: "An app on another device shows a code. Enter it here to sign that app in with your account.",
	compare: "Check that your other device shows exactly this code. Go on only if it does.",
	"code-hint": "Eight letters, like BCDF-GHJK.",
	title: "Sign in another device",
	given:
		"Did somebody else give you the code or a link to this page? Then close it: they would be signed in as you.",
	"not-yours":
		"Not your device after all? <device>Sign it out</device>, then <password>change your password</password>.",
	approved: "Allowed. Go back to your device",
	"approved-text":
		"It signs in by itself within a few seconds. If it does not, start again there: this permission is for one sign-in and ends after five minutes.",
	see: "See whether it is signed in",
	"signed-in": "Your device is signed in",
	"signed-in-text": "Go on there. You can close this page.",
	missed: "The device did not come back in time",
	"missed-text":
		"You allowed it, but it did not ask again. Start again there and enter the new code it shows.",
	"new-code": "Enter a new code",
	refused: "Refused",
	"refused-text":
		"The device was told no and gets no access to your account. If you did start it yourself, start again there; it shows a new code.",
} as const;
