import { field, type Html, html, passkeyInput, trouble, wrong } from "../../pages/index.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { say, type Text } from "../../words/index.ts";

/** Why a form was not taken. */
export interface Problem {
	/** The one that is to be mended: `passkey`, `code`, that of the password, or another of the form. Default: none. */
	readonly field?: string | undefined;
	readonly text: Text;
}

export interface ProofView {
	/** Undefined: what was shown last does. */
	readonly asks: ProofAsked | undefined;
	/** Of what was sent last. */
	readonly problem?: Problem | undefined;
	/** What the password is called. Default: `password`. */
	readonly name?: string;
	readonly label?: Text;
}

type Place = "passkey" | "code" | "password";

/** Asks for what is needed, nothing otherwise, and says there what is wrong with it. */
export function proofField({ asks, problem, ...view }: ProofView): Html | undefined {
	if (asks === undefined) return undefined;
	const at = placeOf(asks, problem);
	const said = (place: Place) => (at === place ? problem?.text : undefined);
	const { password, passkey, upstream } = asks;
	if (upstream !== undefined && passkey === undefined) return prompt(elsewhere(upstream), said("passkey"));
	if (passkey === undefined)
		return password ? typedFields(asks, view, said) : prompt(say("proofs.none-here"), undefined);
	const typed =
		password &&
		html`<details${at !== undefined && at !== "passkey" && " open"}><summary>${say("codes.instead")}</summary>${typedFields(asks, { ...view, instead: true }, said)}</details>`;
	return html`${prompt(say("proofs.passkey-asked"), said("passkey"))}${passkeyInput({ does: "get", options: passkey })}
${typed}`;
}

/** What was wrong, where that is of nothing that the form asks for. */
export function proofTrouble({ asks, problem }: ProofView): Html | undefined {
	return asks === undefined || placeOf(asks, problem) === undefined ? trouble(problem?.text) : undefined;
}

/** What is wrong with something that is not asked for any more is said at what is. */
function placeOf({ password, code, passkey }: ProofAsked, problem: Problem | undefined): Place | undefined {
	if (problem?.field === undefined) return undefined;
	if (problem.field === "passkey" && passkey !== undefined) return "passkey";
	if (problem.field === "code" && code) return "code";
	return password ? "password" : "passkey";
}

/** What is shown elsewhere is no field: whoever presses the button goes there first, and comes back to this page. */
function elsewhere(upstream: NonNullable<ProofAsked["upstream"]>): Text {
	if (upstream === "shown") return say("upstream.proof-shown");
	const [first, ...others] = upstream;
	if (first === undefined || others.length > 0) return say("upstream.proof-first-several");
	return say("upstream.proof-first", { provider: first.name });
}

/** Of a passkey, which has no field: the page opens there, where something is wrong with it. */
function prompt(text: Text, error: Text | undefined): Html {
	if (error === undefined) return html`<p>${text}</p>`;
	return html`<div class="field" role="group" tabindex="-1" autofocus aria-describedby="passkey-error"><p>${text}</p>${wrong("passkey", error)}</div>`;
}

function typedFields(
	{ code }: ProofAsked,
	{
		name = "password",
		label,
		instead = false,
	}: Pick<ProofView, "name" | "label"> & {
		/** Of a passkey, so that they may be left empty. */
		readonly instead?: boolean;
	},
	said: (place: Place) => Text | undefined,
): Html {
	const common = { optional: instead, instead };
	return html`${field({
		...{ ...common, name, label: label ?? say("password.yours"), type: "password", error: said("password") },
		...{ hint: say("password.why-asked"), autocomplete: "current-password" },
	})}${code && codeField({ ...common, error: said("code") })}`;
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

/** Of an account without a second factor. */
export function isByPasswordAlone({ password, code, passkey }: ProofAsked): boolean {
	return password && !code && passkey === undefined;
}
