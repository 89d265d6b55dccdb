export const reset = {
	choose: "Choose one of the answers.",
	gone: "The device that asks, or this browser, is not signed in any more.",
	"replaced-one": "The one it replaces",
	more: "More about it",
	lose: "What you lose",
	"lose-verified": "Your other devices are no longer verified, nor are the people you verified.",
	"lose-warning": "People who verified you see a warning until they do it again.",
	"lose-messages":
		"Old encrypted messages that none of your devices can open stay closed, and the old recovery key stops working.",
	stays: "What stays",
	"stays-account": "Your account, your rooms, your contacts, and every device stays signed in.",
	"stays-messages": "Messages that a device can open now stay readable there.",
	"no-backup":
		"There is no backup of your message keys on the server. If you had one, your app has removed it already.",
	"backup-removed":
		"The backup of your message keys on the server was removed {when}. Apps do that before they ask.",
	"backup-again":
		"Turn the backup on again in your app, so that you do not lose your old messages with your last device.",
	"backup-held": {
		one: "The backup of one message key, which your app has removed already. This server holds it until you decide: if you refuse, it comes back.",
		other:
			"The backup of {count} message keys, which your app has removed already. This server holds it until you decide: if you refuse, it comes back.",
	},
	"backup-comes-back": {
		one: "This server still holds the backup of one message key that your app had removed. It comes back by itself, unless you agree to another request.",
		other:
			"This server still holds the backup of {count} message keys that your app had removed. It comes back by itself, unless you agree to another request.",
	},
	"data-back": "What your app had removed is back, and your recovery key works as before.",
	"data-back-keys": {
		one: "Your backup holds one message key.",
		other: "Your backup holds {count} message keys.",
	},
	"data-back-in-part":
		"Secret storage was changed meanwhile and stays as it is now. Whatever else your app had removed is back. Look in your app whether your recovery key still works.",
	"data-aside":
		"The backup of your message keys is back. Secret storage was changed meanwhile and stays as it is now: look in your app whether old messages can be read. If not, <kept>what your old recovery key opens</kept> is kept for you for some days.",
	"backup-unknown":
		"Apps remove the backup of your message keys before they ask. Look in your app whether it is still on.",
	"go-back":
		"<strong>Go back to {device}.</strong> The app goes on by itself within seconds. If it does not, press Retry or Continue there.",
	"last-asked-approved":
		"It last asked {time}. If it has given up, start again there; it will then ask you once more.",
	"approved-until":
		"Your digital identity has not changed so far. Your approval is for this one request, can be used once, and ends in {left}. This page shows what becomes of it.",
	approved: "Approved. Waiting for the app",
	delayed:
		"An approval can be used only {time} after it was given. Until then you can take it back, in any browser in which you are signed in.",
	objectable: "Approved. It can be used later",
	"objectable-text":
		"Your digital identity has not changed so far. The approval can be used in {from}, once, and is then good for {good}. Until then you can take it back: here, in any browser in which you are signed in, or by a letter about it.",
	"objectable-app":
		"Go back to the app on {device} then. It has to be the same request: an app that was closed meanwhile asks once more.",
	spending: "Approved. Waiting for your homeserver",
	"taken-back": "You took your approval back",
	denied: "You refused",
	"no-app-waits": "No app is waiting right now.",
	"fingerprint-new": "Fingerprint of the new identity",
	"take-back": "This was not me: take it back",
	"spending-text":
		"The app has used your approval, but your homeserver has not answered yet. This page shows what becomes of it; there is nothing you have to do.",
	"denied-text": "The device cannot ask for the same identity again for a while.",
	"device-signed-out": "That device has been signed out.",
	"by-mistake": "Refused by mistake?",
	"by-mistake-text": "You can answer once more.",
	reopen: "Ask me again",
	"failed-text": "You approved, but your homeserver did not take the new keys. It said: {reason}",
	expired: "This request has run out",
	withdrawn: "This request is over",
	failed: "Your homeserver refused",
	"withdrawn-session-ended": "The device that asked has been signed out.",
	"withdrawn-newer-approval": "You approved another request after it. Only one approval stands at a time.",
	"withdrawn-newer-request": "The device asked again and again, and newer requests took its place.",
	"withdrawn-account-closed": "The account was closed.",
	"withdrawn-account-locked": "The people who run this server locked the account.",
	"withdrawn-objected":
		"Somebody said, by a link from a letter or from the account page, that this was not them.",
	"withdrawn-password-changed": "The password of your account was changed.",
	"withdrawn-token-refreshed":
		"You approved, and the app renewed its sign-in before it used that. Start again in the app; it will ask you once more.",
	"withdrawn-factor-added":
		"It was approved with the password alone, and since then your account wants more than that.",
	"withdrawn-proof-reset": "The people who run this server took away your passkeys and codes.",
	"withdrawn-ended-by-operator": "The people who run this server ended it.",
	"see-waiting": "See what waits for you",
	"expired-text": "The time to answer it, or to use your approval, has passed.",
	"identity-unchanged": "Your digital identity was not changed.",
	"failed-unknown": "Whether it stored a part of them cannot be said: it does not answer at the moment.",
	"failed-in-part": "It may have stored a part of them.",
	"start-again":
		"If you still want to replace your digital identity, start again in the app. It will ask you anew.",
	"foreign-text":
		"You are signed in as <strong>{userId}</strong>. The request you look for is long over, or it is not for this account.",
	foreign: "There is no such request",
	"foreign-switch": "If your app is signed in with another account, switch to that one.",
	"what-waits": "What waits for you",
	"switch-account": "Switch account",
	"not-you-text":
		"Then somebody else may be using that app in your name. Sign the device out: it loses access to your account at once, and has to be signed in again with your password. After that, <password>change your password</password>.",
	"not-you-short": "<device>Sign that device out</device>, then <password>change your password</password>.",
	"not-you": "This was not you?",
	"sign-device-out": "Sign that device out",
	"agreed-text":
		"<strong>Go back to the app.</strong> It goes on by itself within seconds; you can close this page. If the app does not go on, press Retry or Continue there.",
	"see-approval": "See what becomes of your approval, or take it back",
	leaving: "Approved. Back to the app",
	"leaving-text": "You are led back to the page that your app opened.",
	agreed: "You approved",
	"finishing-text":
		"The new identity is in force. {device} still has to sign itself with it; that takes a few seconds. Leave the app open.",
	"finished-text": "Done: {device} is verified with the new identity. You can close this page.",
	"unfinished-title": "{device} has not signed itself with the new identity.",
	"superseded-text":
		"Another one has taken its place. If that was not you, look at <log>what happened in your account</log>.",
	"signed-out-text":
		"The identity was replaced, and {device} has been signed out since. Verify one of your other devices with the new recovery key, or start a reset there.",
	finishing: "Almost done: the app is finishing",
	finished: "Your digital identity is replaced",
	unfinished: "Replaced, but not finished on this device",
	unknown: "Replaced, but not yet checked",
	superseded: "Replaced, and replaced again since",
	"signed-out": "Replaced; the device is signed out",
	"fingerprint-yours": "Fingerprint of your identity",
	"finished-recovery-key": "Keep the new recovery key that your app shows in a safe place.",
	"finished-devices": "Verify your other devices from this one.",
	"finished-people": "People who had verified you have to do it again.",
	"unfinished-text": "The new identity is in force, but until that is done no device of yours is verified.",
	"unfinished-what":
		"Open the app there and leave it open for a minute. If nothing happens, start the reset there once more.",
	"unknown-text":
		"Your homeserver has taken the new identity. Whether the app has finished cannot be said: the homeserver does not answer at the moment. This page asks again.",
	"superseded-title": "This identity is no longer in force.",
	"what-it-is": "By it others know which devices are yours.",
	"waiting-text":
		"An app asks for this in your name. If you agree, the device below counts as yours for everybody you write to. <strong>This cannot be undone.</strong>",
	"warning-other-address": "It was asked from {address}, but you are at {here}. That may be another network.",
	elsewhere: "elsewhere",
	"warning-several-key-sets":
		"The device asks more than once, each time with other keys. At most one is yours: compare the fingerprint with the one your app shows. If two have the same, refuse both and start again. <all>See all that waits</all>",
	"ends-in": "This request ends in {left} unless the app asks again.",
	"last-asked":
		"It last asked {time}. If you agree, go back to the app and let it try again; if it starts anew, it has to ask anew.",
	"waiting-renewal": "Replace the keys of your digital identity?",
	waiting: "Replace your digital identity?",
	"waiting-only-if":
		"Agree only if you started it yourself, just now. If a message, a call or another person brought you here, refuse: nobody who helps you needs this.",
	"if-you-did": "If you did start this",
	"your-answer": "Your answer",
	compare: "If your app shows a fingerprint, it must be this one. If it shows another, refuse.",
	"approve-renewal": "Replace the keys",
	approve: "Replace my digital identity",
	refuse: "This was not me: refuse",
	"look-twice": "Look twice: this may not be yours",
	"warning-new-device":
		"The device signed in only minutes ago. If you just signed in there, that is expected. If not, somebody knows your password.",
	"current-unknown": "Which one it replaces cannot be shown: your homeserver does not answer at the moment.",
	"app-waits": "The app is waiting for your answer.",
	"what-happens": "What happens",
	"renewal-effect":
		"Your identity stays the same. The keys with which it vouches for your devices and for other people are replaced, so your devices and the people you verified have to be verified again.",
	"app-stopped": "The app has stopped asking.",
	"app-stopped-text":
		"It asked last {time} and has probably given up. Start again in the app: it will ask you anew, and this request may be refused.",
	stale: "This request is over, or was answered elsewhere.",
	"stale-text": "<again>See how it stands</again>",
} as const;
