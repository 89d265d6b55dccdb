/** What may be said of a person who moves: whether it needs a word of the operator, and what it means. */
export const reasons = {
	"application-service": {
		kind: "left",
		means: "belongs to an application service, which goes on at Synapse as before",
	},
	"other-server": { kind: "left", means: "is not a user of this server" },
	"name-taken": { kind: "left", means: "has the name of somebody who has an account here already" },
	guest: { kind: "note", means: "is a guest: only the name is kept, nobody is signed in" },
	closed: { kind: "note", means: "is closed, and stays closed" },
	locked: {
		kind: "error",
		means:
			"is locked: their apps may be signed out, and lose the keys of messages, when Synapse starts again",
	},
	"locked-there": { kind: "note", means: "is locked, and stays locked" },
	"shadow-banned": { kind: "error", means: "is shadow-banned, which ends: moved as locked" },
	unapproved: { kind: "note", means: "waits to be approved: moved as locked" },
	"no-device": {
		kind: "note",
		means:
			"has a token without a device: it goes on, and is good at Synapse for two minutes after it is ended",
	},
	expired: {
		kind: "error",
		means: "has a device whose last token has expired: it is signed out, and loses the keys of messages",
	},
	"lost-device": {
		kind: "note",
		means: "has a token of a device that is not there: it opens nothing already",
	},
	"long-device": {
		kind: "note",
		means: "has a device whose id has more than 255 characters: it has to sign in again",
	},
	lifetime: {
		kind: "note",
		means: "has a session that would have ended by itself: here it lasts until it is signed out",
	},
	puppet: {
		kind: "note",
		means: "has a token by which an administrator acts as somebody else: it is not moved",
	},
	"odd-token": { kind: "note", means: "has a token in a shape that was never made there: it is not moved" },
	"odd-scope": { kind: "note", means: "has a session for something else than Matrix, which is not moved" },
	"no-app": {
		kind: "error",
		means: "is signed in with an app that cannot be moved: they have to sign in there again",
	},
	"two-sessions": {
		kind: "note",
		means: "is signed in twice on one device: here it is one session, with the tokens of both",
	},
	"lost-admin": {
		kind: "note",
		means:
			"has a session that administers the server without being an administrator: here it does not; users promote changes that",
	},
	"owner-gone": {
		kind: "note",
		means: "has a token of an administrator who is locked or closed: it opens nothing already",
	},
	"odd-password": {
		kind: "note",
		means: "has a password that is not hashed in a way that is known here: they need a new one",
	},
	"passwords-off": {
		kind: "note",
		means: "has a password, which is not moved: nobody signs in by one there (passwords.enabled)",
	},
	"no-password": { kind: "note", means: "has no password: they need one to sign in" },
	phone: { kind: "note", means: "has a phone number, which is not moved" },
	"other-sign-in": {
		kind: "note",
		means: "signed in through another service: which one is kept, but it does not open the door yet",
	},
} as const satisfies Record<string, { readonly kind: "left" | "note" | "error"; readonly means: string }>;

export type Reason = keyof typeof reasons;

/** Those that stop a move until the operator has named them. */
export const acceptable: readonly Reason[] = (Object.keys(reasons) as Reason[]).filter(
	(reason) => reasons[reason].kind === "error",
);

export function isAcceptable(text: string): text is Reason {
	return acceptable.some((reason) => reason === text);
}
