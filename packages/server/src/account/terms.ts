import { Hono } from "hono";
import { type Env, type Form, seeOther } from "../http/index.ts";
import type { People, Terms } from "../people/index.ts";
import { addressOf, parseResume } from "../resume/index.ts";
import { say } from "../words/index.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { termsPage, termsPath } from "./pages/terms.ts";
import {
	needsNoProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import { goOn, type SignedInVisitor } from "./visitor.ts";

export interface TermsDeps extends SignedInPostDeps {
	readonly people: Pick<People, "agree">;
	readonly terms: Terms;
}

const purpose = "terms";

/**
 * GET and POST /account/terms: agreeing to the terms as they are now, on the way to where somebody was going. Whoever has
 * agreed goes on. A form that was opened before the terms changed is taken, so that nothing typed is lost: the next page
 * asks.
 */
export function createTermsRoutes(deps: TermsDeps): Hono<Env> {
	return new Hono<Env>()
		.get(termsPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const to = parseResume(c.req.query("next"));
			return met.visitor.owesTerms ? show(deps, met.visitor, to) : goOn(met.visitor, to);
		})
		.post(
			termsPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => purpose,
				choose: (visit) => needsNoProof(() => agree(deps, visit)),
				again: ({ visitor, form }, refusal) => show(deps, visitor, nextOf(form), refusal),
			}),
		);
}

async function agree(
	{ people }: TermsDeps,
	{ visitor, form }: Visit<undefined>,
): Promise<Response | Refusal | "signed-out"> {
	const { address, browserSession } = visitor;
	const version = form.value("terms") === undefined ? undefined : (form.value("terms_version") ?? "");
	const outcome = await people.agree({ by: browserSession.proof, version, address });
	if (outcome.ok) return seeOther(addressOf(nextOf(form)));
	if (outcome.reason === "signed-out") return outcome.reason;
	const text = outcome.reason === "terms-changed" ? say("register.terms-changed") : say("terms.missing");
	return { field: "terms", text, options: { status: 400 } };
}

/** Where they were going. */
function nextOf(form: Form) {
	return parseResume(form.value("next"));
}

function show(
	{ terms }: TermsDeps,
	visitor: SignedInVisitor,
	to: ReturnType<typeof nextOf>,
	refusal?: Refusal,
): Response {
	const signOut = signOutForm({ label: say("browsers.sign-out-here"), csrf: visitor.csrf("sign-out") });
	const view = termsPage({ terms, to, signOut, csrf: visitor.csrf(purpose), problem: refusal?.text });
	return visitor.show(view, refusal?.options);
}
