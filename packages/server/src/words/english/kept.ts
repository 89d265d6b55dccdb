export const kept = {
	title: "From before a reset",
	none: "Nothing is kept from before a reset of your digital identity.",
	"none-text":
		"After a reset that you have approved, this server keeps the key backup that your app removed, if it was set up to. It is listed here then.",
	about:
		"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into your new backup, so that old messages can be read again.",
	"nobody-else": "Nobody can read it without the old recovery key, and this site never asks you for that.",
	backup: "Key backup",
	keys: { one: "{count} message key", other: "{count} message keys" },
	unknown: "The homeserver does not answer at the moment",
	until: "Deleted for good",
	"let-read": "Let an app read it",
	"let-read-text":
		"For ten minutes, and only the app that you choose. In a terminal, xsign undo does the rest; it asks for the old recovery key on that machine.",
	"no-app": "No app is signed in that could read it.",
	allow: "Let it read for ten minutes",
	choose: "Choose an app.",
	"delete-title": "Delete it now",
	"delete-text": "Afterwards nobody can have it back.",
	delete: "Delete now",
	opened: "For ten minutes this app can read it",
	"opened-text": "Go on in the app, which now needs your old recovery key.",
	gone: "Nothing was done: nothing is kept any more.",
} as const;
