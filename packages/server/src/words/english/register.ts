export const register = {
	title: "Create an account",
	unavailable: "No account was made yet: the homeserver does not answer. Try again in a moment.",
	taken: "This name is taken. Choose another one.",
	closed: "No new accounts here",
	"closed-text": "This server does not let people register themselves. Ask the people who run it.",
	"user-name-hint":
		"Others will see you as @name:{server}. It cannot be changed later. Small letters, digits and . _ = - / +",
	create: "Create account",
	"have-one": "I have an account",
	"name-refused": "{why}.",
} as const;
