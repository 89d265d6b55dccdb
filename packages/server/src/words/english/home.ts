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
	"log-hint": "Sign-ins, approvals and changes to your account",
	"reset-hint": "If you lost your recovery key and every verified device",
	deactivate: "Deactivate account",
	"deactivate-hint": "Closes it for good",
	safety: "How safe your account is",
	"nothing-missing": "Nothing is missing, as far as this server can see.",
	"add-passkey":
		"Your password alone opens your account. <add>Add a passkey</add>, which nobody can talk you out of.",
	"add-codes":
		"Your password alone opens your account. <add>Set up one-time codes</add>, so that knowing it is not enough.",
	"add-recovery":
		"Who loses the only device with your passkey or codes does not get in. <add>Make recovery codes</add>, and keep them on paper.",
	"add-address":
		"<add>Add an e-mail address</add>: you hear of what happens with your account, and get a link if you forget your password.",
	"add-backup":
		"Your message keys have no backup on the server: turn it on in your app, or you lose old messages with your last device.",
	identity: "Digital identity",
	"identity-none": "Not set up so far: your app does that.",
	"identity-set": "Set up.",
	"identity-since": "Set up {when}.",
	"identity-devices": {
		one: "{count} device is verified with it.",
		other: "{count} devices are verified with it.",
	},
	"identity-no-device": "None of your devices is verified with it.",
	"homeserver-away": "Your homeserver does not answer at the moment.",
	backup: "Backup of your message keys",
	"backup-keys": { one: "{count} key", other: "{count} keys" },
	"backup-held": {
		one: "{count} key, which an app has taken away. It is held, and comes back unless you agree to a request of that app.",
		other:
			"{count} keys, which an app has taken away. They are held, and come back unless you agree to a request of that app.",
	},
	"backup-none": "None",
	"password-alone": "None: your password is enough",
	passkeys: { one: "{count} passkey.", other: "{count} passkeys." },
	codes: "Codes from an app.",
	"no-recovery-codes": "No recovery codes.",
	addresses: { one: "{count} address", other: "{count} addresses" },
	"no-address": "None",
	lately: "What happened lately",
	more: "What you can do",
} as const;
