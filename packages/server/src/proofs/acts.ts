import { isFresh, lifetimes } from "@countersign/core";

/** How somebody shows to be there. */
export type HowProved = "password";

interface Requirement {
	/** What counts as one. */
	readonly how: readonly HowProved[];
	/**
	 * `recent`: what was entered in this browser within the last minutes (`lifetimes.proofMs`) does. `now`: it is entered
	 * with the act itself, however recent the last one, for what cannot be undone or takes the account away.
	 */
	readonly age: "recent" | "now";
}

const recent = { how: ["password"], age: "recent" } as const satisfies Requirement;
const anew = { how: ["password"], age: "now" } as const satisfies Requirement;

/** What a person does that somebody at a browser left open must not: each with the proof it takes. */
const acts = {
	"approve-reset": recent,
	"open-reset-window": recent,
	"sign-out-device": recent,
	"sign-out-browsers": recent,
	"sign-out-everywhere": recent,
	"allow-device": recent,
	"use-kept": recent,
	"change-password": anew,
	"close-account": anew,
} as const satisfies Record<string, Requirement>;

export type SensitiveAct = keyof typeof acts;

/** Whether this proof does for the act, without asking again. */
export function doesFor(
	act: SensitiveAct,
	proof: { readonly how: HowProved; readonly at: number },
	now: number,
): boolean {
	const { how, age }: Requirement = acts[act];
	return how.includes(proof.how) && age === "recent" && isFresh(proof.at, lifetimes.proofMs, now);
}
