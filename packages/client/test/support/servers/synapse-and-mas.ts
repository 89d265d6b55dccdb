/**
 * Synapse with its sign-in delegated to MAS, without anything in between.
 *
 * - The challenge has the constant session "dummy", both stage names (before Synapse 1.146 the older one alone), and for
 *   each the account page with the action of a reset; no error stands in it.
 * - Whatever auth is sent is never read. What counts is whether the person's window is open: the account page opens it
 *   for ten minutes, for every device, and the first replaced master key closes it.
 * - The page can be opened while nothing is asked. It knows no refusal.
 * - Fallback pages lead to the account page.
 * - Signatures are checked, after the window.
 */
import type { Guard, Surroundings } from "./homeserver.ts";
import { areSignedByMaster } from "./signatures.ts";
import { ok, refusal } from "./state.ts";
import { challenge } from "./uia.ts";

const windowMs = 600_000;
const [stable, unstable] = ["m.oauth", "org.matrix.cross_signing_reset"];

/** @param stages default both; Synapse 1.136 to 1.145 has the older name alone */
export function synapseAndMas({ stages = [stable, unstable] }: { readonly stages?: readonly string[] } = {}) {
	return ({ url, now }: Surroundings): Guard => {
		const page = `${url}account/?action=org.matrix.cross_signing_reset`;
		let openUntil: number | undefined;
		const params = Object.fromEntries(stages.map((stage) => [stage, { url: page }]));
		return {
			judge() {
				if (openUntil !== undefined && now() < openUntil) return "store";
				return challenge({ id: "dummy", completed: new Set() }, { stages, params });
			},
			check: (account, keys) =>
				areSignedByMaster(account, keys)
					? undefined
					: refusal(400, "M_INVALID_SIGNATURE", "A key is not signed by the master key"),
			replaced() {
				openUntil = undefined;
			},
			page({ method, url: { pathname } }) {
				if (method === "GET" && /\/auth\/[^/]+\/fallback\/web$/.test(pathname))
					return { status: 302, headers: { location: page } };
				if (pathname === "/account/") return ok("<button>Finish reset</button>");
				if (pathname !== "/graphql" || method !== "POST") return undefined;
				openUntil = now() + windowMs;
				return ok({ data: { allowUserCrossSigningReset: {} } });
			},
			async approve(at) {
				if ((await fetch(at)).status !== 200) throw new Error("there is no page to approve at");
				await fetch(new URL("graphql", url), { method: "POST" });
			},
		};
	};
}
