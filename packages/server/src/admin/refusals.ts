import type { Answer, Told } from "./operation.ts";
import { mostSignInHours } from "./recent.ts";
import { errorBody } from "./shapes.ts";

/** Why nothing was done, in words for programs; ids and names of people are never among them. */
const refusals = {
	"no-token": { status: 401, title: "An access token is needed, in one Authorization header" },
	"token-refused": {
		status: 401,
		title: "The access token is unknown, has expired, or its session has ended",
	},
	locked: { status: 401, title: "The account of this access token is locked" },
	"not-allowed": {
		status: 403,
		title: "This takes an access token with the scope urn:mas:admin, of somebody who is an administrator",
	},
	"factor-demanded": {
		status: 403,
		title:
			"This server demands a second factor of administrators, and this one has none: they add one on their account page",
	},
	"sign-in-too-old": {
		status: 401,
		title: `This takes a sign-in of the last ${mostSignInHours} hours: sign in again`,
		/** @see https://www.rfc-editor.org/rfc/rfc9470#section-3 */
		challenge: `Bearer error="insufficient_user_authentication", error_description="A more recent sign-in is needed", max_age="${mostSignInHours * 3600}"`,
	},
	"no-endpoint": { status: 404, title: "This server has no such endpoint" },
	"wrong-method": { status: 405, title: "This endpoint does not know this method" },
	"too-large": { status: 413, title: "The body is too long" },
	"not-json": { status: 400, title: "The body is not a JSON object in UTF-8" },
	"storage-away": { status: 503, title: "This server cannot reach its data at the moment. Try again" },
	failed: { status: 500, title: "Something went wrong at this server" },
	"not-found": { status: 404, title: "There is none with this id" },
	"user-unknown": { status: 404, title: "There is no user with this id" },
	"client-unknown": { status: 404, title: "There is no client with this id" },
	"provider-unknown": { status: 404, title: "There is no upstream provider with this id" },
	"nobody-moved": { status: 404, title: "Nobody moved in from another server" },
	"name-invalid": { status: 400, title: "This is no user name that somebody new can have" },
	"named-before": { status: 400, title: "This user name is in the list twice" },
	"display-name": {
		status: 400,
		title: "The display name is longer than 256 characters, or holds one that cannot be shown",
	},
	"name-taken": { status: 409, title: "This user name is taken, here or at the homeserver" },
	"name-kept": { status: 409, title: "The homeserver keeps this user name for a service" },
	"closed-at-homeserver": {
		status: 409,
		title: "The homeserver has closed the account of this name: users create --existing --reopen opens it",
	},
	"homeserver-away": { status: 503, title: "The homeserver does not answer. Try again" },
	"password-refused": {
		status: 400,
		title: "The password is too short, or one of those that are guessed first",
	},
	"last-administrator": {
		status: 409,
		title: "Nobody would be left who administers this server: make somebody else an administrator before",
	},
	"account-closed": { status: 409, title: "The account is deactivated" },
	"account-locked": { status: 409, title: "The account is locked" },
	"renews-itself": {
		status: 409,
		title: "A token for a program does not renew itself: its person or another administrator does",
	},
	outlives: {
		status: 409,
		title: "A token for a program makes none that lasts longer than itself: name an earlier end",
	},
	breeds: {
		status: 409,
		title: "A token for a program makes none that administers: a sign-in or a program with a secret does",
	},
	"person-closed": { status: 410, title: "The account is deactivated" },
	"scope-refused": { status: 400, title: "The scope names what is not known here, or no or several devices" },
	"not-admin": { status: 400, title: "This user is no administrator: the scope would be worth nothing" },
	"device-signed-in": {
		status: 409,
		title: "The device is signed in already, is no id that a device can have, or is one too many",
	},
	"no-address": { status: 400, title: "This is no e-mail address" },
	"address-taken": { status: 409, title: "The address is in use" },
	"revoked-already": { status: 409, title: "The session is revoked already" },
	finished: { status: 400, title: "The session is over already" },
	"not-kept": {
		status: 400,
		title: "From which browser an app was let in is not kept here: user-session is no filter",
	},
	"token-taken": { status: 409, title: "There is a registration token of this text" },
	"token-revoked": { status: 400, title: "The registration token is revoked already" },
	"token-not-revoked": { status: 400, title: "The registration token is not revoked" },
	"subject-refused": {
		status: 400,
		title: "No service calls somebody so: a subject has 1 to 255 characters that can be seen",
	},
	"link-taken": { status: 409, title: "This identity is linked to somebody else" },
	"no-policy-data": {
		status: 400,
		title: "This server has no policy engine: what would be stored here would change nothing",
	},
	"cursor-refused": { status: 400, title: "after is no cursor of this list" },
} as const satisfies Readonly<Record<string, Written>>;

interface Written {
	readonly status: number;
	readonly title: string;
	readonly challenge?: string;
}

export type Refusal = keyof typeof refusals;

/** The answer that refuses, in the shape that MAS has. `about`: a member of the body. */
export function refuse(reason: Refusal, about?: string): Answer {
	const { status, title, challenge }: Written = refusals[reason];
	return {
		...{ status, body: { errors: [{ title: about === undefined ? title : `${about}: ${title}` }] } },
		...(challenge !== undefined && { challenge }),
	};
}

/** Of a parameter or a member that cannot be read. */
export function refuseInput(title: string): Answer {
	return { status: 400, body: { errors: [{ title }] } };
}

/** What the document says of these refusals. */
export function told(...reasons: readonly Refusal[]): Readonly<Record<number, Told>> {
	const all = new Map<number, Told>();
	for (const reason of reasons) {
		const { status, title } = refusals[reason];
		const before = all.get(status);
		all.set(status, {
			about: before === undefined ? title : `${before.about}. Or: ${title}`,
			body: errorBody,
		});
	}
	return Object.fromEntries(all);
}
