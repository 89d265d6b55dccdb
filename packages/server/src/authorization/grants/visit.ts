import type { TokenEndpointGrantContext } from "oidc-provider";
import { plainAddress, safeText } from "../../http/index.ts";

/** Where the request came from: the socket's other end, never a header, and what the app calls itself. */
export function visitOf(ctx: TokenEndpointGrantContext) {
	const agent = safeText(ctx.get("user-agent"), 256);
	return {
		address: plainAddress(ctx.req.socket.remoteAddress),
		userAgent: agent === "" ? undefined : agent,
	};
}
