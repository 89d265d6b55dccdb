import { type Context, Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { signOutEverywherePage } from "./pages/device-sign-out.ts";
import { checkProof, needsPassword, type ProofDeps, type RefusedProof } from "./proof.ts";
import type { SignedInVisitor, Visitors } from "./visitor.ts";

export interface SignOutEverywhereDeps extends ProofDeps {
	readonly sessions: Pick<Sessions, "listOf" | "endAllOf">;
	readonly browserSessions: Pick<BrowserSessions, "prove" | "endAllOf">;
	readonly visitors: Visitors;
}

const purpose = "sign-out-everywhere";

/** GET and POST /account/sign-out-everywhere: every device and every other browser. */
export function createSignOutEverywhereRoutes(deps: SignOutEverywhereDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/sign-out-everywhere", async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? confirm(deps, met.visitor) : met.answer;
		})
		.post("/account/sign-out-everywhere", (c) => receive(deps, c));
}

async function receive(deps: SignOutEverywhereDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const received = await visitor.receive(purpose);
	if (!received.ok) return received.answer;
	const proof = await checkProof(deps, visitor, received);
	if (!proof.ok) return confirm(deps, visitor, proof);
	const { account, idHash } = visitor.browserSession;
	// Browsers first: from one of them whoever is to be thrown out could let a new app in.
	await deps.browserSessions.endAllOf(account.id, idHash);
	await deps.sessions.endAllOf(account.id, { reason: "signed-out-everywhere", address: visitor.address });
	return seeOther("/account/devices");
}

async function confirm(
	deps: SignOutEverywhereDeps,
	visitor: SignedInVisitor,
	refused?: RefusedProof,
): Promise<Response> {
	const devices = await deps.sessions.listOf(visitor.browserSession.account.id);
	const view = signOutEverywherePage({
		devices: devices.length,
		csrf: visitor.csrf(purpose),
		passwordNeeded: needsPassword(visitor),
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}
