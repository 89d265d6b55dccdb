import type { Presence } from "@countersign/core";
import type { HowProved, SensitiveAct } from "./acts.ts";

declare const made: unique symbol;
declare const goodFor: unique symbol;

/**
 * That the person of an account was there. Made in this folder, of what was entered, and where browser sessions are
 * read; the symbol it carries stands nowhere else, so that no handler can put one together out of what a form says.
 */
export interface Proof extends Omit<Presence, "browser"> {
	readonly [made]: true;
	readonly how: HowProved;
	/** The browser session (`idHash`) in which it was entered. Absent where no browser was: the older login API. */
	readonly browser?: string;
	/** It was shown at another service for what a person does here, after the session began. Absent: nobody went there for that. */
	readonly isAnew?: true;
	/** The stay at another service by which the sign-in began, and with whose end it is over. Absent: by none. */
	readonly stay?: string | undefined;
}

/** One that was entered in a browser. */
export interface BrowserProof extends Proof {
	readonly browser: Presence["browser"];
}

/** One that does for this act: the table was asked. What is sensitive takes it and cannot be called without. */
export interface ProofFor<Act extends SensitiveAct> extends BrowserProof {
	readonly [goodFor]: Act;
}

type Facts<Made extends Proof> = Omit<Made, typeof made | typeof goodFor>;

/** For what was just entered, and for browser sessions as they are stored; the boundaries test names who may. */
export function presenceProof(facts: Facts<BrowserProof>): BrowserProof;
export function presenceProof(facts: Facts<Proof>): Proof;
export function presenceProof(facts: Facts<Proof>): Proof {
	return facts as Proof;
}

/** For `forAct` alone. */
export function goodProof<Act extends SensitiveAct>(_act: Act, proof: BrowserProof): ProofFor<Act> {
	return proof as ProofFor<Act>;
}
