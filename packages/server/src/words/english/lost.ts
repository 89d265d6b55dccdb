export const lost = {
	title: "Have you lost all passkeys and codes?",
	link: "I have lost all of it",
	why: "There is a way back by your password, your mail and a waiting time of <strong>seven days</strong>. The time keeps out who only knows your password, or only reads your mail.",
	"step-letter":
		"A letter goes to the e-mail addresses that have been yours for a month. Its link begins the time.",
	"step-wait":
		"For seven days nothing changes. You are told at every address of yours, at the beginning and a day before the end. Whoever signs in with a passkey or a code, or says “This was not me”, ends it. Wrong passwords that somebody tries meanwhile make it longer.",
	"step-take":
		"Then another letter comes. With its link and your password all passkeys and codes are taken away, and the password is enough again. Apps stay signed in.",
	faster: "A recovery code is faster: enter it where a code is asked for.",
	back: "Back",
	send: "Send the letter",
	"send-again": "Send the letter again",
	asked: "Look into your mail",
	"asked-text":
		"A letter is on its way to the e-mail addresses that have been yours for a month. It takes some minutes, and may lie in spam. Its link begins the seven days, and is good for a day.",
	waiting: "The waiting time runs",
	"waiting-text":
		"It ends in {time}. Then a letter comes with which you take your passkeys and codes away. Until then you do nothing.",
	over: "The waiting time is over",
	"over-text":
		"A letter was sent to your e-mail addresses. Its link takes your passkeys and codes away, with your password, within {time}.",
	"over-text-other":
		"Open the link in the later letter: it takes your passkeys and codes away, with your password.",
	none: "There is no such way for this account",
	"none-text":
		"It takes an e-mail address that has been yours for a month, and a password that was not set by a letter to such an address, unless you have signed in with it and a passkey or code since. Ask the people who run this server.",
	begin: "Begin the waiting time?",
	"begin-text":
		"In seven days all passkeys and codes of <strong>{userId}</strong> can be taken away, with the password and another letter.",
	"begin-button": "Begin the seven days",
	"not-me":
		"If you did not ask for this, close the page. Somebody knows your password: sign in with your passkey or code, which ends this, and change it.",
	finish: "Take all passkeys and codes away?",
	"finish-text":
		"Of <strong>{userId}</strong>: all passkeys, codes of an app and recovery codes. The password is enough again, every browser is signed out, and requests to replace the digital identity are refused. Apps stay signed in.",
	"finish-button": "Take them away",
	done: "Your passkeys and codes are gone",
	"done-text":
		"The password of <strong>{userId}</strong> is enough again. Sign in, and add a passkey or an app of codes anew.",
	gone: "This link does not work any more",
	"gone-text":
		"It was used, is over, or something has happened with the account since: somebody signed in with a passkey or code, changed the password, or said that it was not them. Sign in to see where you stand.",
	throttled: "Too many links",
	stop: "Were your passkeys and codes lost?",
	"stop-text":
		"Somebody who knows your password and reads your mail has said so. In {time} all passkeys and codes can be taken away with another letter and the password. If that was not you, end it here, then change your password.",
	"stop-text-over":
		"Somebody who knows your password and reads your mail has said so, and the waiting time is over: all passkeys and codes can be taken away with a letter and the password. If that was not you, end it here, then change your password.",
	"stop-button": "End it",
	"stop-none": "Nothing waits",
	"stop-none-text": "Nobody has said that your passkeys and codes are lost, or it was ended.",
	banner: "Somebody says that your passkeys and codes are lost",
	"banner-text": "In {time} they can be taken away. If that was not you, end it.",
	"banner-text-over": "They can be taken away now. If that was not you, end it.",
	look: "Look at it",
} as const;
