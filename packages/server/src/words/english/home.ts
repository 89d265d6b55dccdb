export const home = {
	"kept-hint": "This server keeps it for you for some days",
	"look-one": "Look at the request",
	"look-several": "Look at the requests",
	waiting: {
		one: "An app asks to replace your digital identity",
		other: "{count} requests ask to replace your digital identity",
	},
	"waiting-text": "Nothing changes unless you approve it.",
	"no-app": "No app is signed in",
	apps: {
		one: "{count} app is signed in, last used {when}",
		other: "{count} apps are signed in, last used {when}",
	},
	created: "Created",
	"display-name-hint": "What others see instead of your user ID",
	"link-hint": "With the code it shows",
	"browsers-hint": "Where you are signed in to these pages",
	"email-hint": "Where you hear of what happens, and get a link if you forget your password",
	"log-hint": "Sign-ins, approvals and changes to your account",
	"reset-hint": "If you lost your recovery key and every verified device",
	deactivate: "Deactivate account",
} as const;
