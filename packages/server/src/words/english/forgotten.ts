export const forgotten = {
	title: "Forgot your password?",
	what: "Say who you are. Where an account is meant, a letter with a link goes to the e-mail addresses that belong to it.",
	elsewhere:
		"Where you sign in with the password of your organisation, no letter comes: it is changed where you change it for everything else there.",
	label: "E-mail address or user name",
	send: "Send the link",
	sent: "Look into your mail",
	"sent-text":
		"If there is such an account and it has an e-mail address, a letter is on its way. It takes some minutes, and may lie in spam. Its link works once, for half an hour, in any browser.",
	"nothing-came":
		"Nothing came? The account may have no address, or another one. Ask the people who run this server.",
} as const;
