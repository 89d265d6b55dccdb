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

/** Asks for what is needed, nothing otherwise. What it asks for first has the name of the password as its id. */
export function proofField({ asks, ...view }: ProofView): Html | undefined {
	if (asks === undefined) return undefined;
	const { name = "password", problem } = view;
	const { password, passkey, upstream } = asks;
	if (upstream !== undefined && passkey === undefined) return elsewhereField(upstream, view);
	if (passkey === undefined && password) return typedFields(asks, view, false);
	const wrong = problem && html`<p class="wrong">${problem}</p>`;
	if (passkey === undefined) return html`<p id="${name}">${say("proofs.none-here")}</p>${wrong}`;
	const id = password ? "" : html` id="${name}"`;
	return html`<p${id}>${say("proofs.passkey-asked")}</p>${!password && wrong}${passkeyInput({ does: "get", options: passkey })}
${password && html`<details${problem && " open"}><summary>${say("codes.instead")}</summary>${typedFields(asks, view, true)}</details>`}`;
}

/** What is shown elsewhere is no field: whoever presses the button goes there first, and comes back to this page. */
function elsewhereField(
	upstream: NonNullable<ProofAsked["upstream"]>,
	{ name = "password", problem }: Omit<ProofView, "asks">,
): Html {
	const text =
		upstream === "shown"
			? say("upstream.proof-shown")
			: say("upstream.proof-first", { provider: upstream[0]?.name ?? "" });
	return html`<p id="${name}">${text}</p>${problem && html`<p class="wrong">${problem}</p>`}`;
}

/** @param instead of a passkey, so that they may be left empty */
function typedFields(
	{ code }: ProofAsked,
	{ problem, name = "password", label }: Omit<ProofView, "asks">,
	instead: boolean,
): Html {
	const common = { optional: instead, instead };
	return html`${field({
		...{ ...common, name, label: label ?? say("password.yours"), type: "password", error: problem },
		...{ hint: say("password.why-asked"), autocomplete: "current-password" },
	})}${code && codeField(common)}`;
}

/** For a one-time code or a recovery code. */
export function codeField(it: {
	readonly optional?: boolean;
	readonly instead?: boolean;
	readonly error?: Text | undefined;
}): Html {
	const [label, hint] = [say("codes.label"), say("codes.hint")];
	return field({ name: "code", label, hint, autocomplete: "one-time-code", ...it });
}

/** What was wrong, at the top of the page and linked to where it is asked for. */
export function proofProblem({ problem }: ProofView): Html | undefined {
	return problem === undefined ? undefined : errorSummary([{ field: "password", text: problem }]);
}

/** Of an account without a second factor. */
export function isByPasswordAlone({ password, code, passkey }: ProofAsked): boolean {
	return password && !code && passkey === undefined;
}
