export const mail = {
	hello: "Hello {localpart},",
	"code-subject": "{code} is your code for {server}",
	"code-why":
		"Somebody who is signed in to {server} as {userId} says that this address is theirs. If that is you, enter this code on the page that asks for it:",
	"code-until": "It is good for {time}. Tell it to nobody: nobody who runs {server} ever asks for it.",
	"code-not-you": "If it was not you, do nothing. Without the code the address is not added.",
	"registration-why":
		"Somebody wants to make an account on {server} with this e-mail address. If that is you, enter this code on the page that asks for it:",
	"registration-not-you": "If it was not you, do nothing. Without the code no account is made.",
	"account-there-subject": "You have an account on {server}",
	"account-there-why":
		"Somebody wants to make an account on {server} with this e-mail address. You have one with it already: {userId}. If that is you, sign in as before. If you forgot your password, choose a new one:",
	"account-there-label": "Forgot your password?",
	"account-there-not-you":
		"If it was not you, do nothing: nothing has changed, and nobody was told that the account is there.",
	"link-subject": "A new password for your account on {server}",
	"link-why":
		"Somebody asked for a new password for {userId} on {server}, and this address belongs to the account. If that was you, open this page and choose one:",
	"link-label": "Choose a new password",
	"link-until": "It works once, within {time}.",
	"link-not-you":
		"If it was not you, do nothing: nobody but you reads this letter, and without it nobody can set the password. Hand the link to nobody.",
	"lost-begin-subject": "Have you lost your passkeys and codes for {server}?",
	"lost-begin-why":
		"Somebody who knows the password of {userId} on {server} says that all passkeys and codes of the account are lost. If that is you, open this page and begin the waiting time of seven days. After that you get another letter, with which you take them away:",
	"lost-begin-label": "Begin the waiting time",
	"lost-begin-until": "It works once, within {time}. Hand the link to nobody.",
	"lost-begin-not-you":
		"If it was not you, do not open it: somebody knows your password. Change it, with your passkey or code, on your account page.",
	"lost-finish-subject": "Your passkeys and codes for {server} can be taken away now",
	"lost-finish-why":
		"The waiting time of {userId} on {server} is over. Open this page and enter your password: all passkeys, codes of an app and recovery codes are taken away, and the password is enough again.",
	"lost-finish-label": "Take passkeys and codes away",
	"lost-finish-until": "It works once, within {time}, and with the password alone. Hand the link to nobody.",
	"lost-finish-not-you":
		"If it was not you, sign in with your passkey or code: that ends it. Then change your password, which somebody knows.",
	"notice-subject": "{what} ({server})",
	"notice-text": "This happened with your account {userId} on {server}:",
	"notice-what": "{what}, on {when}.",
	"notice-approved": "Until your app uses the approval, you can take it back.",
	"notice-was-you": "If that was you, there is nothing to do. If not, say so:",
	"notice-closed": "If that was you, there is nothing to do. If not, turn to the people who run this server.",
	"removed-subject": "This address was removed from your account on {server}",
	"removed-text":
		"This e-mail address does not belong to {userId} any more. From now on it can neither get a link for a new password nor hear of what happens with the account.",
	"removed-not-you":
		"If it was not you, say so. The address is put back, unless another one has been the account's for a month:",
	"withdrawn-text":
		"The people who run {server} have taken this e-mail address away from {userId}. From now on it can neither get a link for a new password nor hear of what happens with the account.",
	"withdrawn-ask": "If that is wrong, turn to them.",
	"token-ends-subject": "A token for a program ends soon ({server})",
	"token-ends-text":
		"The token “{name}”, with which a program uses your account {userId} on {server}, ends on {when}. The program stops then. If it is to go on, replace the token before, on your account page, and give the new one to the program: it keeps its device.",
	"token-over-subject": "A token for a program ran out ({server})",
	"token-over-text":
		"The token “{name}”, with which a program used your account {userId} on {server}, ran out on {when}. If the program is to go on, replace the token within ten days, on your account page, and give the new one to the program: it keeps its device. After that its device is removed, with its encryption keys.",
	"token-ends-label": "Look at your tokens",
	"ends-nothing": "If you do not need it any more, there is nothing to do.",
	"app-ends-subject": "An app is signed out soon ({server})",
	"app-idle-text":
		"The app “{name}”, which is signed in as {userId} on {server}, was not used for long. It is signed out on {when}, unless it is used before.",
	"app-ends-text":
		"The app “{name}” signed in as {userId} on {server} a long time ago. It is signed out on {when}, and has to sign in again then.",
	"app-ends-keys":
		"When it is signed out, its device goes with its encryption keys. Without another device or your recovery key you cannot read older encrypted messages again.",
	"app-ends-label": "Look at your devices",
	"test-subject": "A test letter from {server}",
	"test-text": "The server {server} can send mail. Somebody who runs it wanted to know.",
} as const;
