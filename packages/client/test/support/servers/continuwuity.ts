/**
 * continuwuity, for a device that signed in over OAuth.
 *
 * - The challenge has a random session, kept in memory, only `m.oauth` as a flow but parameters under both names, and a
 *   page of its own as address. Each request without a session makes another one.
 * - The page gives the account one ticket for ten minutes, kept in memory. The first answer that names the stage takes
 *   it, whichever session it is of.
 * - Only a named stage is an answer: a session alone is always told what the session was told last. A named one without
 *   a ticket gets M_FORBIDDEN inside the challenge, and the session keeps that error.
 * - A session that is not there, as after a restart, is 400 M_INVALID_PARAM; so is a stage that no flow has.
 * - There are no fallback pages, nothing says `authDone`, and the page knows no refusal.
 * - That the master key signed the other two is not checked.
 */
import type { Guard, Surroundings } from "./homeserver.ts";
import { ok, refusal } from "./state.ts";
import { challenge, createSessions } from "./uia.ts";

const ticketMs = 600_000;
const stage = "m.oauth";

export function continuwuity() {
	return ({ url, now }: Surroundings): Guard => {
		const page = `${url}_continuwuity/account/cross_signing_reset`;
		const sessions = createSessions();
		let ticketAt: number | undefined;
		const params = { [stage]: { url: page }, "org.matrix.cross_signing_reset": { url: page } };
		const asking = { stages: [stage], params };
		const takeTicket = () => {
			const isGood = ticketAt !== undefined && now() - ticketAt < ticketMs;
			ticketAt = undefined;
			return isGood;
		};
		return {
			judge({ account, device, auth }) {
				if (auth === undefined) return challenge(sessions.open({ account, device }), asking);
				const session =
					auth.session === undefined ? sessions.open({ account, device }) : sessions.get(auth.session);
				if (session === undefined) return refusal(400, "M_INVALID_PARAM", "Invalid session");
				if (auth.type === undefined) return challenge(session, asking);
				if (auth.type !== stage)
					return refusal(400, "M_INVALID_PARAM", "No flows include the supplied stage");
				if (takeTicket()) {
					sessions.end(session.id);
					return "store";
				}
				session.error = { errcode: "M_FORBIDDEN", error: "No OAuth ticket available" };
				return challenge(session, asking);
			},
			page({ method, url: { pathname } }) {
				if (pathname !== "/_continuwuity/account/cross_signing_reset") return undefined;
				if (method === "POST") ticketAt = now();
				return ok(method === "POST" ? "<p>Approved</p>" : '<form method="post"><button>Reset</button>');
			},
			async approve(at) {
				if ((await fetch(at)).status !== 200) throw new Error("there is no page to approve at");
				await fetch(at, { method: "POST" });
			},
			restart() {
				sessions.forget();
				ticketAt = undefined;
			},
		};
	};
}
