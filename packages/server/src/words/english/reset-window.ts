export const resetWindow = {
	"only-if":
		"An app of <strong>{userId}</strong> may have sent you here. Agree only if you started this yourself, just now.",
	"any-device":
		"For ten minutes any device signed in to your account, also one that somebody has stolen the access of, can replace your digital identity, not only the app you are looking at.",
	"devices-first": "So look at <devices>your devices</devices> first, and sign out what you do not know.",
	"go-back":
		"<strong>Go back to the app.</strong> It goes on by itself within seconds. If it does not, press Retry or Continue there.",
	"open-text":
		"Any device signed in to your account can replace your identity. This ends {end}, or once the identity is replaced; it cannot be ended earlier from here.",
	"not-you":
		"<everywhere>Sign out everywhere</everywhere> at once, then <password>change your password</password>.",
	title: "Reset your digital identity?",
	"not-one-app": "What you allow is not for one app alone.",
	understood: "I started this myself, and I know that any device signed in to my account can use it",
	allow: "Allow it for ten minutes",
	"not-the-app-alone": "Not the app alone can use it.",
	"what-happened": "What happened in your account",
	open: "Your digital identity can be replaced now",
	replaced: "Your digital identity was replaced",
	"replaced-text": "What you allowed is over by that: your homeserver takes no further one.",
	"once-more": "To replace it once more",
	closed: "Nobody can replace your digital identity now",
	"closed-text":
		"Somebody said that it was not you who allowed it. Every app is signed out, and no app can sign in until this ends {end}: any of them could replace your digital identity until then. Change your password meanwhile.",
	tick: "Tick the box if you want to go on.",
	"under-way": "Your homeserver is being asked to allow it already. Try again in a few seconds.",
	unanswered:
		"Your homeserver did not answer. Try again in a moment. What you allowed may be in force all the same.",
} as const;
