import { isFresh, lifetimes } from "@countersign/core";

/** How somebody shows to be there. A passkey is two factors by itself: it wants its owner's finger, face or PIN. */
export type HowProved = "password" | "password-and-code" | "password-and-recovery-code" | "passkey";

interface Requirement {
	/**
	 * `recent`: what was entered in this browser within the last minutes (`lifetimes.proofMs`) does. `now`: it is entered
	 * with the act itself, however recent the last one, for what cannot be undone or takes the account away.
	 */
	readonly age: "recent" | "now";
}

const recent = { age: "recent" } as const satisfies Requirement;
const anew = { age: "now" } as const satisfies Requirement;

/**
 * What a person does that somebody at a browser left open must not: each with the proof it takes. How strong that is,
 * is one rule for all, `isStrongEnough`.
 */
const acts = {
	"approve-reset": recent,
	"open-reset-window": recent,
	"sign-out-device": recent,
	"sign-out-browsers": recent,
	"sign-out-everywhere": recent,
	"allow-device": recent,
	"allow-app": recent,
	"use-kept": recent,
	"change-password": anew,
	// An address of one's own and a link sent there are a change of the password.
	"change-addresses": anew,
	// From the front page; it takes factors and addresses away, and apps.
	object: anew,
	"add-factor": anew,
	"remove-factor": anew,
	"make-recovery-codes": anew,
	// A way in that stays, as a factor is.
	"make-token": anew,
	"replace-token": anew,
	"close-account": anew,
} as const satisfies Record<string, Requirement>;

export type SensitiveAct = keyof typeof acts;

/** Once an account has a second factor, a password alone does nothing sensitive, and signs nobody in. */
export function isStrongEnough(how: HowProved, hasSecondFactor: boolean): boolean {
	return how !== "password" || !hasSecondFactor;
}

/** Whether this proof does for the act, without asking again. */
export function doesFor(
	act: SensitiveAct,
	proof: { readonly how: HowProved; readonly at: number },
	{ now, hasSecondFactor }: { readonly now: number; readonly hasSecondFactor: boolean },
): boolean {
	const { age }: Requirement = acts[act];
	if (age === "now" || !isStrongEnough(proof.how, hasSecondFactor)) return false;
	return isFresh(proof.at, lifetimes.proofMs, now);
}

/** What apps are told of it. @see https://www.rfc-editor.org/rfc/rfc8176#section-2 */
export function amrOf(how: HowProved): readonly string[] {
	return methods[how];
}

const methods: Readonly<Record<HowProved, readonly string[]>> = {
	password: ["pwd"],
	"password-and-code": ["pwd", "otp", "mfa"],
	"password-and-recovery-code": ["pwd", "otp", "mfa"],
	passkey: ["user", "mfa"],
};
