import { isFresh, lifetimes } from "@countersign/core";

/** What can be shown first where two factors are needed: `upstream` is a sign-in at another service. */
export type FirstShown = "password" | "upstream";

/** How somebody shows to be there. A passkey is two factors by itself: it wants its owner's finger, face or PIN. */
export type HowProved = FirstShown | `${FirstShown}-and-code` | `${FirstShown}-and-recovery-code` | "passkey";

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
	"remove-password": anew,
	// An address of one's own and a link sent there are a change of the password.
	"change-addresses": anew,
	// Whoever links their own account elsewhere can sign in by it from then on.
	"change-links": anew,
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

/** Once an account has a second factor, a password alone does nothing sensitive, and signs nobody in; nor does another service. */
export function isStrongEnough(how: HowProved, hasSecondFactor: boolean): boolean {
	return !isOneFactor(how) || !hasSecondFactor;
}

/** Whatever another service asks for is one factor here: how it did is its own claim. */
export function isOneFactor(how: HowProved): how is FirstShown {
	return how === "password" || how === "upstream";
}

/** Whether another service had a part in it: it is another way in beside a password, and never in the place of one. */
function isFromUpstream(how: HowProved): boolean {
	return how.startsWith("upstream");
}

/**
 * What is shown elsewhere cannot be entered with the act: the browser goes there and comes back. What was shown so
 * recently there stands for it.
 */
const elsewhereMs = 2 * 60_000;

interface Shown {
	readonly how: HowProved;
	readonly at: number;
	/** As in `Proof`. */
	readonly isAnew?: true;
}

/**
 * Whether this proof does for the act, without asking again. Where there is a password, another service's word does for
 * nothing: whoever can sign in there must not take away what its owner proves with here.
 */
export function doesFor(
	act: SensitiveAct,
	proof: Shown,
	it: { readonly now: number; readonly hasSecondFactor: boolean; readonly hasPassword: boolean },
): boolean {
	const { age }: Requirement = acts[act];
	if (!isStrongEnough(proof.how, it.hasSecondFactor)) return false;
	if (isFromUpstream(proof.how) && it.hasPassword) return false;
	if (age === "now") return isJustShownElsewhere(proof, it.now);
	return isFresh(proof.at, lifetimes.proofMs, it.now);
}

/**
 * Whether what was shown elsewhere stands for what is entered with an act: never what a session began with, and nothing
 * that a code of here was entered beside, minutes ago.
 */
export function isJustShownElsewhere({ how, at, isAnew }: Shown, now: number): boolean {
	return how === "upstream" && isAnew === true && isFresh(at, elsewhereMs, now);
}

/** What apps are told of it. @see https://www.rfc-editor.org/rfc/rfc8176#section-2 */
export function amrOf(how: HowProved): readonly string[] {
	return methods[how];
}

const methods: Readonly<Record<HowProved, readonly string[]>> = {
	password: ["pwd"],
	"password-and-code": ["pwd", "otp", "mfa"],
	"password-and-recovery-code": ["pwd", "otp", "mfa"],
	// How somebody signed in there is the other service's to say, and there is no value for that.
	upstream: [],
	"upstream-and-code": ["otp", "mfa"],
	"upstream-and-recovery-code": ["otp", "mfa"],
	passkey: ["user", "mfa"],
};
