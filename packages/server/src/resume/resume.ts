import type { AccountAction } from "@countersign/protocol";

/**
 * Where a person was going when something came in between. Each kind is a page of ours with what that page reads from
 * its address, and nothing else; it says nothing of who may see it, and acts on nothing.
 */
export type Resume =
	/** The front page, or what an app's link means. @see https://spec.matrix.org/v1.18/client-server-api/#account-management-url-parameters */
	| {
			readonly kind: "front";
			readonly action?: AccountAction;
			readonly deviceId?: string;
			/** Whom the app means, as it said it. */
			readonly loginHint?: string;
	  }
	| { readonly kind: "page"; readonly page: (typeof accountPages)[number] }
	| { readonly kind: "device"; readonly deviceId: string; readonly part?: "name" | "removal" }
	/** What is signed in without a device. */
	| { readonly kind: "session"; readonly sessionId: string; readonly part?: "removal" }
	/** `sessionId`: what the token of a program holds. */
	| { readonly kind: "token"; readonly sessionId: string; readonly part?: "replace" }
	| { readonly kind: "browser"; readonly browser: string }
	| { readonly kind: "passkey"; readonly id: string }
	/** `id`: of the line that the person was told of. */
	| { readonly kind: "notice"; readonly id: string }
	/** `key`: of the e-mail address. */
	| { readonly kind: "address"; readonly key: string }
	/** `key`: of the account at another service that is linked. */
	| { readonly kind: "linked"; readonly key: string }
	| { readonly kind: "log"; readonly group?: string; readonly deviceId?: string; readonly after?: string }
	/** `deviceId`: of the app that would read what is kept from before a reset. */
	| { readonly kind: "kept"; readonly deviceId?: string }
	/** `fromFallback`: the visit began at the homeserver's fallback page, and ends there. */
	| { readonly kind: "reset"; readonly reference: string; readonly fromFallback: boolean }
	/** `offered`: a new account was offered, and may just have been made. */
	| { readonly kind: "interaction"; readonly uid: string; readonly offered: boolean }
	| { readonly kind: "sso"; readonly id: string }
	/** `loginHint`: whom the device means that showed the link. */
	| { readonly kind: "link"; readonly code?: string; readonly loginHint?: string }
	| { readonly kind: "link-answer"; readonly code: string };

/** Pages of one's own that take nothing from their address. */
export const accountPages = [
	"profile",
	"devices",
	"browsers",
	"browsers/others",
	"sign-out-everywhere",
	"password",
	"proofs",
	"proofs/new-passkey",
	"proofs/new-codes",
	"proofs/remove-codes",
	"proofs/recovery-codes",
	"proofs/remove-password",
	"second-factor",
	"terms",
	"lost-factors",
	"email",
	"links",
	"deactivate",
	"reset",
	"tokens",
	"tokens/new",
] as const;

/** The account's front page: for whoever was going nowhere, or where nobody can read. */
export const front: Resume = { kind: "front" };
