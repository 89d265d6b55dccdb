import { errorSummary, field, type Html, html, passkeyInput } from "../../pages/index.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { say, type Text } from "../../words/index.ts";

export interface ProofView {
	/** Undefined: what was shown last does. */
	readonly asks: ProofAsked | undefined;
	/** What was wrong with what was sent last. */
	readonly problem?: Text | undefined;
	/** What the password is called. Default: `password`. */
	readonly name?: string;
	readonly label?: Text;
}

/** Asks for what is needed, nothing otherwise. Its id is the name of the password, whatever it asks for. */
export function proofField({ asks, problem, name = "password", label }: ProofView): Html | undefined {
	if (asks === undefined) return undefined;
	if (asks.password)
		return field({
			name,
			label: label ?? say("password.yours"),
			type: "password",
			hint: say("password.why-asked"),
			error: problem,
			autocomplete: "current-password",
		});
	const wrong = problem && html`<p class="wrong">${problem}</p>`;
	return asks.passkey === undefined
		? html`<p id="${name}">${say("proofs.none-here")}</p>${wrong}`
		: html`<p id="${name}">${say("proofs.passkey-asked")}</p>${wrong}${passkeyInput({ does: "get", options: asks.passkey })}`;
}

/** What was wrong, at the top of the page and linked to where it is asked for. */
export function proofProblem({ problem }: ProofView): Html | undefined {
	return problem === undefined ? undefined : errorSummary([{ field: "password", text: problem }]);
}
