export const secondFactor = {
	title: "Add a second factor",
	why: "The people who run this server ask for more than a password: a passkey, or one-time codes from an app.",
	until:
		"You have to have one {when}. From then on your password alone lets no app in, and confirms nothing. Apps that are signed in stay signed in.",
	over: "Until you have one, no app is let in and nothing is confirmed. Apps that are signed in stay signed in.",
	later: "Not now",
	home: "You need a second factor",
	added: "You have a second factor now",
	"added-text": "Your password alone is not enough any more, and nobody gets in who has only that.",
	"remove-demanded":
		"The people who run this server ask for more than a password, and this is all that you have. Add another one first.",
	"act-missing":
		"This needs a second factor beside your password, which you have not yet. Add one, and come back here.",
	"reset-missing":
		"This needs a second factor beside your password, which you have not yet. You can refuse without one.",
} as const;
