import { errorSummary, field, type Html } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";

export interface ProofView {
	/** The password was entered too long ago, or what is done cannot be undone. */
	readonly passwordNeeded: boolean;
	/** What was wrong with the password sent last. */
	readonly problem?: Text | undefined;
}

/** Asks for the password where it is needed, nothing otherwise. */
export function proofField({ passwordNeeded, problem }: ProofView): Html | undefined {
	if (!passwordNeeded) return undefined;
	return field({
		name: "password",
		label: say("password.yours"),
		type: "password",
		hint: say("password.why-asked"),
		error: problem,
		autocomplete: "current-password",
	});
}

/** What was wrong with the password, at the top of the page and linked to the field. */
export function proofProblem({ problem }: ProofView): Html | undefined {
	return problem === undefined ? undefined : errorSummary([{ field: "password", text: problem }]);
}
