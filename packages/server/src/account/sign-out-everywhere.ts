import { Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import type { OwnDevices, Sessions } from "../sessions/index.ts";
import { signOutEverywherePage } from "./pages/device-sign-out.ts";
import {
	asksProof,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface SignOutEverywhereDeps extends SignedInPostDeps {
	readonly sessions: Pick<Sessions, "listOf">;
	readonly ownDevices: Pick<OwnDevices, "signOutEverywhere">;
	readonly browserSessions: Pick<BrowserSessions, "endOthers">;
}

const path = "/account/sign-out-everywhere";
const purpose = "sign-out-everywhere";

/** GET and POST /account/sign-out-everywhere: every device and every other browser. */
export function createSignOutEverywhereRoutes(deps: SignOutEverywhereDeps): Hono<Env> {
	return new Hono<Env>()
		.get(path, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? confirm(deps, met.visitor) : met.answer;
		})
		.post(
			path,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => purpose,
				choose: ({ visitor: { address } }) =>
					needsProof("sign-out-everywhere", async (proof) => {
						// Browsers first: from one of them whoever is to be thrown out could let a new app in.
						await deps.browserSessions.endOthers(proof);
						await deps.ownDevices.signOutEverywhere({ proof, address });
						return seeOther("/account/devices");
					}),
				again: ({ visitor }, refusal) => confirm(deps, visitor, refusal),
			}),
		);
}

async function confirm(
	deps: SignOutEverywhereDeps,
	visitor: SignedInVisitor,
	refusal?: Refusal,
): Promise<Response> {
	const devices = await deps.sessions.listOf(visitor.browserSession.account.id);
	const view = signOutEverywherePage({
		devices: devices.length,
		csrf: visitor.csrf(purpose),
		asks: await asksProof(deps, "sign-out-everywhere", visitor),
		problem: refusal,
	});
	return visitor.show(view, refusal?.options);
}
