export const proofs = {
	title: "Passkeys and codes",
	passkeys: "Passkeys",
	why: "A passkey is kept by your phone, computer or password manager. You use it as you unlock that: by finger, face or PIN. Nobody can be talked out of it.",
	"from-first":
		"From the first one on, your password alone is not enough any more: neither to sign in nor to confirm anything.",
	none: "You have no passkey yet.",
	add: "Add a passkey",
	"not-here": "This server has no passkeys: its address is one for which browsers have none.",
	"lost-hint":
		"Have two at least, on different devices, or make recovery codes: who loses the only one does not get in.",
	added: "Added",
	"last-used": "Last used",
	never: "Not yet",
	host: "Made for",
	"other-host":
		"It was made when this server had another address, and signs in nobody here. Make a new one, then remove it.",
	new: "Add a passkey",
	"new-make": "Your browser asks where to keep it.",
	name: "Name",
	"name-hint": "By which you know it again, like: my phone",
	"name-missing": "Give it a name.",
	"name-too-long": "Use at most {most} characters.",
	make: "Make the passkey",
	"others-signed-out": "Every other browser is signed out of this site when it is your first.",
	one: "Passkey",
	"not-added": "The passkey was not added",
	"not-found": "Passkey not found",
	"not-found-text": "It may have been removed.",
	remove: "Remove passkey",
	"remove-why":
		"It signs nobody in any more. What your device or password manager keeps of it, remove there.",
	"remove-beside-codes":
		"Your one-time codes prove nothing without it. Remove them first, set a password, or add another passkey.",
	"remove-last":
		"It is the only way to sign in to your account. Set a password or add another passkey first.",
	all: "All passkeys",
	password: "Password",
	"password-there":
		"Your passkeys sign you in without it. You can take it away, so that nobody can find it out.",
	"password-none": "You have none: your passkeys alone sign you in.",
	"password-set": "Set a password",
	"password-remove": "Remove password",
	"password-remove-title": "Remove your password?",
	"password-remove-why":
		"From then on your passkeys alone sign you in and confirm what you do. One-time codes and recovery codes stand beside a password, and do nothing without one. Apps that ask for a password themselves can sign in no more.",
	"password-remove-others": "Every other browser is signed out of this site. Your apps stay signed in.",
	"password-remove-lost":
		"If you lose your passkeys you set a password again, with a link to your e-mail address or from the people who run this server, and use it with a recovery code. Have two passkeys at least, on different devices.",
	"password-remove-by-passkey":
		"Use a passkey to confirm this: it shows that you get in without the password.",
	"password-remove-no-passkey": "There is no passkey any more that would sign you in. Add one first.",
	"sign-in": "Use a passkey",
	"not-signed-in": "You are not signed in",
	"second-step": "One more step",
	"second-step-why": "The first step is done for {name}. Now confirm that it is you.",
	lost: "You have lost all of it? Ask the people who run this server.",
	"confirm-why": "What comes next needs you to confirm once more that it is you.",
	"passkey-asked": "Your browser will ask for your passkey.",
	"none-here":
		"Nothing that you have here confirms this: passkeys do only at the address of this server for which they were made, and codes only beside a password. If you have no password, set one: with a link to an e-mail address that you have confirmed, from the sign-in page, or with a link from the people who run this server.",
	"passkey-failed": "Your browser gave no passkey. Try again.",
	"no-passkeys": "This browser has no passkeys. Use another one, or a newer version.",
	"no-script": "Passkeys need JavaScript, which is switched off in this browser.",
	"enter-to-go-on": "Use your passkey or enter a code to go on.",
	"password-is-not-enough":
		"Your password alone is not enough for this account: use your passkey, or enter a code as well.",
	"passkey-wrong": "This passkey is not one of this account.",
	"passkey-late": "The page was open for too long, or was sent before. Try again.",
	"passkey-copied":
		"This passkey was refused because it seems to have been copied. Use another one, and remove it.",
	"passkey-known": "This passkey was added before.",
} as const;
