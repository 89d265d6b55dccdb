export const upstream = {
	with: "Sign in with {provider}",
	meant: "People with an address at {domain} sign in like this:",
	"second-step-why": "The other service says that you are {name}. Now confirm here that it is you.",
	going: "On to {provider}",
	"going-text": "You sign in there and come back. If nothing happens, press the button.",
	"go-on": "Go on to {provider}",
	unknown: "There is no such service here",
	"unknown-text": "Signing in by it may have been switched off.",
	unreachable: "{provider} does not answer",
	"unreachable-text":
		"Nothing is wrong with your account here. Wait a moment and try again, or sign in another way.",
	throttled: "Too many sign-ins at once",
	"not-begun": "This sign-in was not begun here",
	"not-begun-text":
		"Nobody was signed in. It may have been begun in another browser, more than ten minutes ago, or not by you at all. If you want to sign in, begin here.",
	"by-own": "Confirm it here",
	"by-own-text":
		"Your account has a password, a passkey or codes of its own, and these show that it is you. Another service does not stand in for them.",
	used: "This sign-in is over",
	"used-text": "Its answer was used already, as when a page is loaded again. Begin once more.",
	refused: "You were not signed in",
	"refused-text": "{provider} did not let you in, or you went back from there. Nothing was changed.",
	invalid: "This sign-in cannot go on",
	"invalid-text":
		"What {provider} answered does not fit what was asked. Nobody was signed in. Begin once more; if that does not help, tell the people who run this server.",
	"not-anew": "{provider} did not ask who you are",
	"not-anew-text":
		"You have to sign in there anew, and it has to say when you did, so that it is you and not somebody at your browser. Nothing was changed. Sign out there, and try again. Some services never say when: then confirm with a passkey or a password of this server. You can set a password with a link to your e-mail address, from the sign-in page.",
	"not-let-in": "You may not sign in here",
	"not-let-in-text":
		"{provider} says who you are, and not that this server is for you. Who may use it is decided there.",
	missing: "{provider} does not say enough of you",
	"missing-text":
		"This server wants to know more than it was told, such as a name or a confirmed e-mail address. Nobody was signed in.",
	"other-issuer": "{provider} is not the service it was",
	"other-issuer-text":
		"The account that is linked was linked to another service of that name. Nobody was signed in. Sign in another way, or ask the people who run this server.",
	"name-taken": "There is an account with your name",
	"name-taken-text":
		"An account {name} exists here already, and is not linked to {provider}. If it is yours, sign in as always and link it on your account page. If it is not, ask the people who run this server.",
	"no-new-accounts": "There is no account for you here",
	"no-new-accounts-text":
		"{provider} says who you are, and no account here is linked to that. If you have one, sign in as always and link it on your account page.",
	locked: "This account is locked",
	closed: "This account is closed",
	"closed-text": "It was closed, and is not opened again by signing in elsewhere.",
	"other-session": "Another account is signed in here",
	"other-session-text":
		"This browser is signed in as somebody else than the other service says. Nothing was changed. Sign out first if you want to change.",
	"other-account": "That is not your account there",
	"other-account-text":
		"You signed in at {provider} as somebody who is not linked to this account. Nothing was changed.",
	somebodys: "It is linked to another account",
	"somebodys-text":
		"Whom you signed in as at {provider} belongs to another account here. Sign in to that account to unlink it, before it can be linked to this one. If you cannot, ask the people who run this server.",
	register: "Choose a name",
	"register-known":
		"{provider} says that you are <strong>{account}</strong>. There is no account here for you yet.",
	"register-unknown": "{provider} knows you. There is no account here for you yet.",
	"register-email": "Your e-mail address here will be <strong>{address}</strong>.",
	"register-have-one":
		"If you have an account here already, sign in to it instead and link it on your account page.",
	"register-fixed": "Your name here is the one you have there. It cannot be changed.",
	"register-official":
		"Your name there is kept here for those who run this server, and you get no account with it.",
	"register-over":
		"No account was made: you came here too long ago, or have an account by now. Sign in once more.",
	"register-address-taken":
		"No account was made: another account on this server has your e-mail address. If it is yours, sign in to it and link it on your account page.",
	forget: "Not me",
	"forget-text": "Somebody else? Then this browser forgets it, and no account is made.",
	confirm: "Confirm at {provider}",
	"confirm-why": "What comes next needs to know that it is you. You are asked for it where you sign in.",
	"proof-first": "You are led to {provider} first, to confirm that it is you, and come back here.",
	"proof-first-several":
		"You are led to one of the services by which you sign in first, to confirm that it is you, and come back here.",
	"proof-shown": "You have just confirmed that it is you. That is good for two minutes.",
	title: "Signing in by other services",
	what: "With a service that is linked you can sign in here without a password. Whoever can sign in there as you can sign in here as you.",
	none: "None is linked.",
	"linked-as": "as {name}",
	"linked-when": "linked {when}",
	"not-here": "not offered here any more",
	link: "Link",
	"link-with": "Link {provider}",
	unlink: "Unlink",
	"unlink-title": "Unlink {provider}?",
	"unlink-effect": "You cannot sign in by it any more. You stay signed in where you are.",
	last: "It is your only way to sign in. Set a password, or add a passkey, before you unlink it.",
	"unlink-unknown": "There is no such link",
	"unlink-unknown-text": "It may have been removed.",
	"home-hint": "Sign in with an account you have elsewhere",
} as const;
