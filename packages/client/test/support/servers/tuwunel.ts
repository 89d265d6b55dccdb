/**
 * tuwunel, for a device that signed in over OAuth.
 *
 * - Keys that stand there already are taken before anything else.
 * - The challenge has a random session, kept in the database under person, device and session, only `m.oauth`, and the
 *   account page. Each request without auth makes another session.
 * - The account page grants a replacement for ten minutes, to every OAuth device of the person, as often as they like:
 *   a use does not end it. Such a grant is looked at before any auth.
 * - A session alone is a question: the same challenge again. A session with `m.oauth` is an answer: without a grant,
 *   the challenge comes with M_FORBIDDEN, which the session does not keep.
 * - A session that is not there is 403 M_FORBIDDEN.
 * - The fallback page leads through the sign-in, grants at once, marks the stage as done and says `authDone`.
 * - That the master key signed the other two is not checked. The page knows no refusal.
 */
import type { Guard, Surroundings } from "./homeserver.ts";
import { ok, refusal } from "./state.ts";
import { challenge, createSessions } from "./uia.ts";

const grantMs = 600_000;
const stage = "m.oauth";

export function tuwunel() {
	return ({ url, now }: Surroundings): Guard => {
		const page = `${url}_tuwunel/oidc/account?action=org.matrix.cross_signing_reset`;
		const sessions = createSessions();
		let grantedUntil: number | undefined;
		const asking = { stages: [stage], params: { [stage]: { url: page } } };
		const grant = () => {
			grantedUntil = now() + grantMs;
		};
		return {
			judge({ account, device, auth }) {
				if (grantedUntil !== undefined && now() < grantedUntil) return "store";
				if (auth?.session === undefined) return challenge(sessions.open({ account, device }), asking);
				const session = sessions.get(auth.session);
				if (session?.owner.device !== device)
					return refusal(403, "M_FORBIDDEN", "UIAA session does not exist.");
				if (session.completed.has(stage)) return "store";
				if (auth.type === undefined) return challenge(session, asking);
				const error = { errcode: "M_FORBIDDEN", error: "OAuth reset not approved for this session." };
				return challenge({ ...session, error }, asking);
			},
			page({ method, url: { pathname, searchParams } }) {
				if (method === "GET" && pathname.endsWith("/auth/m.oauth/fallback/web")) {
					sessions.get(searchParams.get("session") ?? "")?.completed.add(stage);
					grant();
					return ok("<script>window.opener?.postMessage('authDone', '*')</script>");
				}
				if (pathname === "/_tuwunel/oidc/account") return ok('<form method="post"><button>Reset</button>');
				if (pathname !== "/_tuwunel/oidc/account_callback" || method !== "POST") return undefined;
				grant();
				return ok("<p>Approved</p>");
			},
			async approve(at) {
				if ((await fetch(at)).status !== 200) throw new Error("there is no page to approve at");
				await fetch(new URL("_tuwunel/oidc/account_callback", url), { method: "POST" });
			},
		};
	};
}
