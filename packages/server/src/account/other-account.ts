import type { PageView } from "../pages/index.ts";
import { addressOf, type Resume } from "../resume/index.ts";
import { say } from "../words/index.ts";
import { otherAccountPage } from "./pages/other-account.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import type { SignedInVisitor } from "./visitor.ts";

/** The page that asks "is this you?": on to the same page without saying who is meant, or to it as somebody else. */
export function otherAccountView(
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
