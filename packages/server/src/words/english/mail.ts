export const mail = {
	hello: "Hello {localpart},",
	"code-subject": "{code} is your code for {server}",
	"code-why":
		"Somebody who is signed in to {server} as {userId} says that this address is theirs. If that is you, enter this code on the page that asks for it:",
	"code-until": "It is good for {time}. Tell it to nobody: nobody who runs {server} ever asks for it.",
	"code-not-you": "If it was not you, do nothing. Without the code the address is not added.",
	"link-subject": "A new password for your account on {server}",
	"link-why":
		"Somebody asked for a new password for {userId} on {server}, and this address belongs to the account. If that was you, open this page and choose one:",
	"link-label": "Choose a new password",
	"link-until": "It works once, within {time}.",
	"link-not-you":
		"If it was not you, do nothing: nobody but you reads this letter, and without it nobody can set the password. Hand the link to nobody.",
	"notice-subject": "{what} ({server})",
	"notice-text": "This happened with your account {userId} on {server}:",
	"notice-what": "{what}, on {when}.",
	"notice-approved": "Until your app uses the approval, you can take it back.",
	"notice-was-you": "If that was you, there is nothing to do. If not, say so:",
	"notice-closed": "If it was not you, turn to the people who run this server.",
	"removed-subject": "This address was removed from your account on {server}",
	"removed-text":
		"This e-mail address does not belong to {userId} any more. From now on it can neither get a link for a new password nor hear of what happens with the account.",
	"removed-not-you":
		"If it was not you, say so. The address is put back, unless another one has been the account's for a month:",
	"test-subject": "A test letter from {server}",
	"test-text": "The server {server} can send mail. Somebody who runs it wanted to know.",
} as const;
