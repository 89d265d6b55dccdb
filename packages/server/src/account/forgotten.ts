import { Hono } from "hono";
import type { Env } from "../http/index.ts";
import type { Recovery } from "../password-links/index.ts";
import { throttled, throttledOptions } from "./messages.ts";
import { askedPage, forgottenPage, forgottenPath } from "./pages/forgotten.ts";
import { anyonesPost } from "./strangers-post.ts";
import type { Visitors } from "./visitor.ts";

interface ForgottenDeps {
	readonly recovery: Recovery;
	readonly visitors: Visitors;
}

const purpose = "forgotten-password";

/**
 * GET and POST /account/forgotten-password: who wants a new password says who they are, signed in or not. Nobody is
 * looked up while they wait, and everybody is answered the same.
 */
export function createForgottenRoutes({ recovery, visitors }: ForgottenDeps): Hono<Env> {
	const { hasDirectory } = recovery;
	return new Hono<Env>()
		.get(forgottenPath, async (c) => {
			const visitor = await visitors.meet(c);
			return visitor.show(forgottenPage({ csrf: visitor.csrf(purpose), typed: "", hasDirectory }));
		})
		.post(
			forgottenPath,
			anyonesPost(
				{ visitors },
				{
					purpose: () => purpose,
					async carryOut({ visitor, form }) {
						const typed = form.text("who");
						const outcome = await recovery.ask({ typed, address: visitor.address });
						if (outcome.ok) return visitor.show(askedPage({ hasDirectory }));
						const problem = throttled(outcome.retryAfterMs);
						const view = forgottenPage({ csrf: visitor.csrf(purpose), typed, hasDirectory, problem });
						return visitor.show(view, throttledOptions(outcome.retryAfterMs));
					},
					// It may be the first that arrives: then nothing was asked, and it must not be said so.
					toldAgain: async () => undefined,
				},
			),
		);
}
