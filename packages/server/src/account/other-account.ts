import type { Context } from "hono";
import type { Env } from "../http/index.ts";
import type { PageView } from "../pages/index.ts";
import { addressOf, nextStep, type Resume } from "../resume/index.ts";
import { say } from "../words/index.ts";
import { otherAccountPage } from "./pages/other-account.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { goOn, type SignedInVisitor, type Visitors } from "./visitor.ts";

/**
 * For pages of one's own whose address may mean a person. Whoever is signed in and somebody else is told so, and chooses:
 * what follows would show or change their own account, while they believe that it is the other one. Others are sent to
 * sign in under that name, and come back.
 */
export async function meetTheOneMeant(
	visitors: Visitors,
	c: Context<Env>,
	to: Resume,
): ReturnType<Visitors["meetSignedIn"]> {
	const visitor = await visitors.meet(c);
	if (visitor.browserSession === undefined) return { ok: false, answer: goOn(undefined, to) };
	const step = nextStep(visitor, to, { onlyTheOneMeant: true });
	if (step.kind === "other-account")
		return { ok: false, answer: visitor.show(otherAccountView(visitor, step)) };
	if (step.kind !== "arrive") return { ok: false, answer: goOn(visitor, to) };
	return { ok: true, visitor };
}

/** The page that asks "is this you?": on to the same page without saying who is meant, or to it as somebody else. */
function otherAccountView(
	visitor: SignedInVisitor,
	{ to, expected }: { readonly to: Resume; readonly expected: string },
): Omit<PageView, "signedInAs"> {
	return otherAccountPage({
		userId: visitor.userId,
		expected,
		goOn: addressOf(withoutHint(to)),
		switchAccount: signOutForm({
			...{ label: say("common.use-another-account"), kind: "primary" },
			...{ csrf: visitor.csrf("sign-out"), next: to },
		}),
	});
}

/** For who has seen that somebody else is meant. */
function withoutHint(to: Resume): Resume {
	if (to.kind !== "front" && to.kind !== "link") return to;
	const { loginHint: _, ...rest } = to;
	return rest;
}
