export const kept = {
	title: "Removed key backup",
	none: "Nothing is kept of what your apps have removed.",
	"none-text":
		"When you have approved a reset, or an app has given its key backup up, this server keeps the removed backup for some days, if it was set up to. It is listed here then.",
	about:
		"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into the backup that you have now, so that old messages can be read again.",
	"about-back":
		"An app of yours removed this backup of your message keys, or only what opens it. The backup is in its place. Secret storage is not as it was, because it had been changed meanwhile. So the key of this backup is kept here, for you alone; your old recovery key opens it. With that an app can move the message keys into the backup that you use now, so that old messages can be read again.",
	"nobody-else": "Nobody can read it without the old recovery key, and this site never asks you for that.",
	backup: "Key backup",
	keys: { one: "{count} message key", other: "{count} message keys" },
	unknown: "The homeserver does not answer at the moment",
	until: "Deleted",
	"until-back": "Its key will be deleted",
	"let-read": "Let an app read it",
	"let-read-text":
		"For ten minutes, and only the app that you choose. In a terminal, xsign undo does the rest; it asks for the old recovery key on that machine.",
	"no-app": "No app is signed in that could read it.",
	allow: "Let it read for ten minutes",
	choose: "Choose an app.",
	"reading-until": "Ends",
	"delete-title": "Delete it now",
	"delete-text": "Afterwards nobody can have it back.",
	"delete-text-back": "The backup itself stays. Afterwards your old recovery key does not open it any more.",
	delete: "Delete now",
	opened: "An app can read it now",
	"opened-text": "Go on in that app, which needs your old recovery key.",
	gone: "Nothing was done: nothing is kept any more.",
} as const;
