import type { Facts } from "./facts.ts";
import type { Question } from "./question.ts";
import type { Setup, SynapseSetup } from "./setup.ts";

/** One thing that is not as it should be. Holds no secret, and nothing a terminal would obey. */
export interface Finding {
	/** A warning works, but not as well or as safely as it could. */
	readonly verdict: "warning" | "problem";
	/** The line that is wrong: which setting of which file, or which rule of which proxy. */
	readonly what: string;
	/** What was asked, and what came back; like `fix` one line or several. */
	readonly found: string;
	/** What to write or to do, exactly. */
	readonly fix: string;
}

export interface Check {
	/** In kebab-case; the documentation lists the cures by it. */
	readonly id: string;
	/** What is true when nothing is found. */
	readonly promise: string;
	/** Checks whose problems would make this one repeat them: it is left out where one of them has any. */
	readonly after: readonly string[];
	/** Whether there is such a thing in this setup. Default: in every one. */
	readonly appliesTo?: (setup: Setup) => boolean;
	/** What it needs to know. Asked once, whoever else asks the same. */
	asks(setup: Setup): readonly Question[];
	/** Looks at what came back, and nothing else. Undefined where there is nothing to look at in this setup. */
	judge(facts: Facts): readonly Finding[] | undefined;
}

/** A check that only makes sense beside Synapse. */
export function besideSynapse(check: {
	readonly id: string;
	readonly promise: string;
	readonly after: readonly string[];
	readonly asks?: (setup: SynapseSetup) => readonly Question[];
	readonly judge: (facts: Facts & { readonly setup: SynapseSetup }) => readonly Finding[] | undefined;
}): Check {
	const { id, promise, after, asks, judge } = check;
	return {
		...{ id, promise, after, appliesTo: isBesideSynapse },
		asks: (setup) => (isBesideSynapse(setup) ? (asks?.(setup) ?? []) : []),
		judge: (facts) => {
			const { setup } = facts;
			return isBesideSynapse(setup) ? judge({ ...facts, setup }) : undefined;
		},
	};
}

/** Whether there is a Synapse to look at. */
export function isBesideSynapse(setup: Setup): setup is SynapseSetup {
	return setup.homeserver !== undefined;
}
