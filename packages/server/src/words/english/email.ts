export const email = {
	title: "E-mail addresses",
	what: "We write to these when something happens with your account, and send a link there if you forget your password. Nobody else sees them here.",
	none: "You have no address yet. Without one nobody but the people who run this server can help you if you forget your password.",
	waits: "waits for its code",
	add: "Add an address",
	label: "E-mail address",
	"add-button": "Send a code",
	"no-address": "This is not an e-mail address.",
	yours: "This address is yours already.",
	"too-many": "You have {most} addresses, which is as many as there can be. Remove one first.",
	"code-title": "Enter the code",
	"code-sent":
		"We sent a letter with six digits to <strong>{address}</strong>. It may take some minutes, or lie in spam.",
	"code-label": "Code",
	"code-hint": "Open the letter wherever you like, and enter its digits here.",
	"code-button": "Confirm",
	"code-wrong": "This is not the code in the latest letter.",
	"code-gone":
		"This code is over: it was used, entered wrongly too often, or is too old. Add the address again to get another.",
	"code-taken":
		"Another account on this server has this address. It has to be removed there before it can be yours.",
	"remove-title": "Remove this address?",
	"remove-effect":
		"<strong>{address}</strong> then gets no letters any more, and no link for a new password. It is told so.",
	"remove-last":
		"It is your only one: if you forget your password then, nobody but the people who run this server can help you.",
	"remove-button": "Remove",
	unknown: "There is no such address",
	"unknown-text": "It may have been removed, or its code is over.",
	back: "Your addresses",
} as const;
