export const deactivate = {
	"for-good":
		"This closes <strong>{userId}</strong> for good. You cannot undo it: only the people who run this server can open it again, and then it is empty.",
	"name-gone": "Nobody, you included, can use the name <strong>{name}</strong> again.",
	"type-name": "Type {name} to confirm",
	done: "<strong>{userId}</strong> is deactivated. All apps and browsers are signed out, and what was kept for them is deleted.",
	"done-erased":
		"<strong>{userId}</strong> is deactivated. All apps and browsers are signed out, and what was kept for them is deleted, your display name and picture included.",
	title: "Deactivate your account?",
	"signed-out": "All your apps and browsers are signed out at once.",
	deleted:
		"Your devices, encryption keys, key backup and digital identity are deleted. Encrypted messages you have not saved elsewhere cannot be read again.",
	messages: "Messages you sent stay with the people who received them.",
	profile:
		"Your display name and picture are shown to nobody here any more. They stay on record, unless you have them erased.",
	kept: "The server keeps your user ID, so that nobody else becomes you, and the security log of this account for a year.",
	erase: "Also erase my profile: display name and picture",
	confirm: "Deactivate for good",
	keep: "Keep my account",
	closed: "Your account is closed",
	"close-window": "You can close this window.",
	"other-name": "This is not the name of the account you are signed in with.",
} as const;
