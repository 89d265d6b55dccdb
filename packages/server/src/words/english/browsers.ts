export const browsers = {
	"sign-out-here": "Sign out of this browser",
	on: "{browser} on {system}",
	"some-on": "A browser on {system}",
	iphone: "an iPhone",
	ipad: "an iPad",
	mac: "a Mac",
	unnamed: "A browser that does not say what it is",
	"here-signed-in":
		"Here you are signed in to these pages. Apps are not among them: they are your <devices>devices</devices>.",
	"signed-in": "Signed in {when}",
	"may-be-more": "These are the {count} seen last; there may be more.",
	"last-seen-at": "last seen {when}",
	title: "Browsers",
	this: "This browser",
	others: "Other browsers",
	"nowhere-else": "You are signed in nowhere else.",
	"sign-out-others": "Sign out all other browsers",
	effect:
		"Whoever uses it has to sign in again to see these pages. Apps that were signed in with it stay signed in: they are your <devices>devices</devices>.",
	unknown:
		"If you do not know it, <password>change your password</password>: that signs out every other browser too.",
	"others-effect": {
		one: "{count} other browser is signed out of these pages at once. This one stays.",
		other: "{count} other browsers are signed out of these pages at once. This one stays.",
	},
	"apps-stay":
		"Your apps stay signed in. To end those as well, <everywhere>sign out everywhere</everywhere>.",
	"password-known":
		"Whoever knows your password can sign in again. If somebody else might, <password>change it</password>.",
	"sign-out-one": "Sign out this browser?",
	browser: "Browser",
	"calls-itself": "Calls itself",
	"from-address": "From address",
	"last-seen": "Last seen",
	"sign-out": "Sign out",
	"sign-out-others-title": "Sign out all other browsers?",
	"nowhere-else-here": "You are signed in to these pages nowhere else.",
	yours: "Your browsers",
	"sign-out-the-others": "Sign out the others",
	"not-found": "Browser not found",
	"not-found-text":
		"No other browser of yours that is signed in has this address. It may have been signed out already.",
} as const;
