import type { TokenEndpointGrantContext } from "oidc-provider";
import { clientAddressOf, safeText } from "../../http/index.ts";

/** Where the request came from, and what the app calls itself. */
export function visitOf(ctx: TokenEndpointGrantContext) {
	const agent = safeText(ctx.get("user-agent"), 256);
	return {
		address: clientAddressOf(ctx.req),
		userAgent: agent === "" ? undefined : agent,
	};
}
