export const password = {
	"too-short": "The password is too short. Use {least} characters or more.",
	"too-long": "The password is too long. Use at most {most} characters.",
	common:
		"This is one of the passwords that are tried first, or close to one. Choose another, of a few unrelated words for instance.",
	personal:
		"This is little more than your name, your address or the name of this server, which others know too. Choose something else.",
	show: "Show",
	wrong: "This password is not right.",
	locked: "This account is locked. Ask the people who run this server.",
	"enter-to-go-on": "Enter your password to go on.",
	yours: "Your password",
	"why-asked": "So that nobody else at this screen can do it.",
	label: "Password",
	"new-hint": "At least {least} characters. A few unrelated words are easy to remember and hard to guess.",
	change: "Change password",
	"change-effect": "Every other browser is signed out of this site. Your apps stay signed in.",
	elsewhere: "Your password is not kept here",
	"elsewhere-text":
		"You sign in with the password of your organisation, and this server asks it each time. It is changed where you change it for everything else there; the people who look after your accounts there help where you forgot it.",
	current: "Current password",
	"new": "New password",
} as const;
