export const asking = {
	"signed-out-since": "{at}, <strong>signed out since</strong>",
	app: "App",
	"no-name": "No name given",
	"says-from": "Says it is from",
	device: "Device",
	"signed-in": "Signed in",
	asked: "Asked",
	from: "{time} from {address}",
	"from-this-network": "{time}, from this browser's network",
	"device-id": "Device ID",
	"nameless-asks": "An app that gives no name asks to sign in with your account.",
	asks: "An app that calls itself <strong>{app}</strong> asks to sign in with your account.",
	"takes-over-text":
		"If you allow this, the app that uses the device now is signed out and this one takes its place. If you are not signing in again on a device of yours, say no.",
	"admin-could": "The app could read, change and remove the accounts of everybody here.",
	"admin-impossible":
		"Only administrators of this server can let it in, and you are not one of them. If you did not start this, refuse.",
	"from-app": "From the app:",
	can: "If you allow it, the app can",
	"can-messages": "read and send messages as you",
	"can-settings": "see and change your rooms, contacts, profile and settings",
	"can-stay": "stay signed in until you sign it out on your account page",
	cannot:
		"It never sees your password, and it cannot replace your digital identity unless you approve that on this site. Allow only what you have just started yourself.",
	full: "You are signed in on as many devices as this server lets you",
	"full-text":
		"One of them has to go before this app can be let in. Sign out one that you do not need any more, then come back to this page and load it again.",
	"full-devices": "Choose a device",
	"gives-way": "If you allow this, a device is signed out",
	"gives-way-text":
		"You are signed in on as many devices as this server lets you. What was unused for longest gives way, and its keys to your messages go with it. If you still need it, cancel, and sign out another one on your account page.",
	"gives-way-used": "last used {when}",
	"takes-over": "You already have this device",
	admin: "It asks to administer this server",
	terms: "Terms",
	policy: "Privacy policy",
} as const;
