import { addressOf } from "./address.ts";
import { otherAccount } from "./login-hint.ts";
import type { Resume } from "./resume.ts";

/** Somebody who is signed in in this browser. */
export interface Recognised {
	readonly userId: string;
	/** Whether they proved to be there at that moment or later. */
	hasProofSince(moment: number): boolean;
	/** The second factor that is demanded of them and that they have not. */
	readonly missingFactor?: { readonly isOver: boolean } | undefined;
	/** Whether there are terms that they have not agreed to. Default false. */
	readonly owesTerms?: boolean;
}

/** What the page, or the app that leads to it, asks of whoever comes. */
export interface Asked {
	/** Whom the app means. Default: what the address of the page says. */
	readonly loginHint?: string | undefined;
	/** The app wants an account that is new: whoever is not signed in is led to make one. */
	readonly newAccount?: boolean;
	/** Whoever is signed in and somebody else than meant is told so first: what follows shows or changes their account. */
	readonly onlyTheOneMeant?: boolean;
	/** The person has to have proved to be there since. */
	readonly proofSince?: number | undefined;
	/** The right password was entered, and is not enough. */
	readonly secondStep?: boolean;
	/** They have just signed in: a second factor that they lack is asked for while there is time too. */
	readonly asksFactor?: boolean;
}

export type Step =
	| { readonly kind: "sign-in" | "register"; readonly to: Resume; readonly username?: string | undefined }
	/** The other of two factors, before anybody is recognised. */
	| { readonly kind: "second-step"; readonly to: Resume }
	/** They are asked at the page itself. */
	| { readonly kind: "other-account"; readonly to: Resume; readonly expected: string }
	| { readonly kind: "prove"; readonly to: Resume }
	/** A second factor is demanded of them. */
	| { readonly kind: "add-factor"; readonly to: Resume }
	/** There are terms that they have not agreed to. */
	| { readonly kind: "agree"; readonly to: Resume }
	/** Nothing is left to do: there. */
	| { readonly kind: "arrive"; readonly to: Resume };

/**
 * What comes before somebody is where they were going. In this order:
 *
 * | step            | for whom                                        |
 * | --------------- | ----------------------------------------------- |
 * | sign in, or     | nobody is recognised                            |
 * | second step, or | ... and one of two factors was shown            |
 * | register        | ... and the app wants a new account             |
 * | "is this you?"  | somebody else is meant, and the page is one's own |
 * | add a factor    | one is demanded, there is none, and the time is over, or they sign in |
 * | agree           | there are terms they have not agreed to, and the page needs that |
 * | prove           | the last proof is older than what is asked      |
 * | arrive          |                                                 |
 */
export function nextStep(
	person: Recognised | undefined,
	to: Resume,
	{ loginHint = hintOf(to), newAccount, onlyTheOneMeant, proofSince, secondStep, asksFactor }: Asked = {},
): Step {
	if (person === undefined && secondStep) return { kind: "second-step", to };
	if (person === undefined)
		return newAccount
			? { kind: "register", to: onceOffered(to), username: loginHint }
			: { kind: "sign-in", to, username: loginHint };
	const expected = onlyTheOneMeant ? otherAccount(loginHint, person.userId) : undefined;
	if (expected !== undefined) return { kind: "other-account", to, expected };
	const { missingFactor } = person;
	if (missingFactor !== undefined && (missingFactor.isOver || asksFactor) && !addsFactor(to))
		return { kind: "add-factor", to };
	if (person.owesTerms && !goesWithoutTerms(to)) return { kind: "agree", to };
	if (proofSince !== undefined && !person.hasProofSince(proofSince)) return { kind: "prove", to };
	return { kind: "arrive", to };
}

function hintOf(to: Resume): string | undefined {
	return to.kind === "front" || to.kind === "link" ? to.loginHint : undefined;
}

/** Pages on which a second factor is added. */
function addsFactor(to: Resume): boolean {
	return to.kind === "page" && ["second-factor", "proofs/new-passkey", "proofs/new-codes"].includes(to.page);
}

/**
 * Pages on which somebody refuses what is done in their name, secures the account or leaves: nobody has to agree to
 * anything for that.
 */
function goesWithoutTerms(to: Resume): boolean {
	if (to.kind === "page") return pagesWithoutTerms.includes(to.page) || addsFactor(to);
	return to.kind === "notice" || to.kind === "reset";
}

const pagesWithoutTerms: readonly string[] = [
	...["terms", "reset", "lost-factors", "sign-out-everywhere", "browsers/others", "deactivate", "password"],
];

/** Whoever comes back from registering is offered no new account once more. */
function onceOffered(to: Resume): Resume {
	return to.kind === "interaction" ? { ...to, offered: true } : to;
}

/** Where the browser is sent for it. */
export function addressOfStep(step: Step): string {
	const next = addressOf(step.to);
	switch (step.kind) {
		case "arrive":
		case "other-account":
			return next;
		case "prove":
			return `/login?${new URLSearchParams({ fresh: "1", next })}`;
		case "add-factor":
			return `/account/second-factor?${new URLSearchParams({ next })}`;
		case "agree":
			return `/account/terms?${new URLSearchParams({ next })}`;
		case "second-step":
			return `/login/second?${new URLSearchParams({ next })}`;
		case "sign-in":
		case "register": {
			const username = step.username === undefined ? {} : { username: step.username };
			return `/${step.kind === "sign-in" ? "login" : "register"}?${new URLSearchParams({ next, ...username })}`;
		}
	}
}
