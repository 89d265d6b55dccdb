export const register = {
	title: "Create an account",
	unavailable: "No account was made yet: the homeserver does not answer. Try again in a moment.",
	taken: "This name is taken. Choose another one.",
	official: "This name is kept for those who run this server. Choose another one.",
	token: "Registration token",
	"token-hint": "You got it from the people who run this server.",
	"token-refused":
		"This registration token is not good: it is mistyped, used up or out of time, or for another user name.",
	"captcha-missing": "Show that you are a person: solve the puzzle, or wait until the box says that you did.",
	"captcha-refused": "The puzzle was not solved, or too long ago. Solve it once more.",
	"captcha-away":
		"No account was made yet: the service that tells people from programs does not answer. Try again in a moment.",
	"captcha-no-script":
		"To register here your browser has to run scripts: a service elsewhere looks whether you are a person.",
	"token-other-address": "This registration token is for another e-mail address.",
	"address-first":
		"First we send a letter with a code, to see that your e-mail address is yours. There is no account yet.",
	"address-hint":
		"For a forgotten password, and to tell you what happens with your account. Nobody else sees it here, unless they use this browser.",
	"code-button": "Go on",
	"code-gone": "This code is over: it was entered wrongly too often, or is too old. Ask for another letter.",
	"other-address": "Another letter or address",
	"your-address": "Your e-mail address is <strong>{address}</strong>. <other>Another one</other>",
	"not-you": "Somebody else's address? Then this browser forgets it, and makes no account with it.",
	forget: "Not my address",
	"address-unproved":
		"No account was made: the code for this address was entered too long ago, or in another browser. Ask for another letter.",
	"address-taken": "No account was made: another account on this server has this address by now.",
	terms: "This server has <terms>terms</terms> (version {version}), which open in another window.",
	"terms-agree": "I have read the terms and agree to them",
	"terms-changed":
		"The terms have changed while this page was open. Read them as they are now, and agree again.",
	"terms-missing": "Read the terms and agree to them, or there is no account.",
	closed: "No new accounts here",
	"closed-text": "This server does not let people register themselves. Ask the people who run it.",
	"user-name-hint":
		"Others will see you as @name:{server}. It cannot be changed later. Small letters, digits and .\u00a0_\u00a0=\u00a0-\u00a0/\u00a0+",
	create: "Create account",
	"have-one": "I have an account",
	"name-empty": "Choose a user name.",
	"name-characters":
		"A user name may have only small letters from a to z, digits and .\u00a0_\u00a0=\u00a0-\u00a0/\u00a0+",
	"name-underscore": "A user name may not begin with an underscore.",
	"name-digits": "A user name may not be all digits.",
	"name-too-long": "This user name is too long.",
	"name-refused-there": "Your homeserver does not take this name. Choose another one.",
	"name-kept-there": "Your homeserver keeps this name for one of its services. Choose another one.",
} as const;
