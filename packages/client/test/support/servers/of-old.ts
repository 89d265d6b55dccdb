/**
 * Homeservers without OAuth: Synapse with its own user-interactive authentication.
 *
 * - A session is random and bound to method and path of the request; one that is not there is 400 M_UNKNOWN.
 * - `m.login.password`: a wrong one is 401 with M_FORBIDDEN inside the same challenge, and can be tried again.
 * - `m.login.sso`: the fallback page leads through the sign-in, marks the stage as done and says `authDone`; then the
 *   session alone is enough.
 * - `m.login.dummy`: done by naming it.
 * - Signatures are checked.
 */
import type { Guard, Surroundings } from "./homeserver.ts";
import { areSignedByMaster } from "./signatures.ts";
import { ok, refusal } from "./state.ts";
import { type Auth, challenge, createSessions, type UiaSession } from "./uia.ts";

/** A server whose one flow is this one stage. */
export function ofOld(stage: "m.login.password" | "m.login.sso" | "m.login.dummy") {
	return ({ url, account }: Surroundings): Guard => {
		const sessions = createSessions();
		const fallback = `/_matrix/client/v3/auth/${stage}/fallback/web`;
		const isDone = (session: UiaSession, auth: Auth): boolean | "wrong" => {
			if (session.completed.has(stage)) return true;
			if (auth.type !== stage || stage === "m.login.sso") return false;
			if (stage === "m.login.dummy") return true;
			const isAlice = [account.userId, "alice"].includes(auth.identifier?.user ?? "");
			return (isAlice && auth.password === account.password) || "wrong";
		};
		return {
			judge({ account, device, auth }) {
				const asking = { stages: [stage] };
				if (auth?.session === undefined) return challenge(sessions.open({ account, device }), asking);
				const session = sessions.get(auth.session);
				if (session === undefined) return refusal(400, "M_UNKNOWN", `Unknown session ID: ${auth.session}`);
				const done = isDone(session, auth);
				if (done === true) return "store";
				const error = { errcode: "M_FORBIDDEN", error: "Invalid username or password" };
				return challenge({ ...session, ...(done === "wrong" && { error }) }, asking);
			},
			check: (account, keys) =>
				areSignedByMaster(account, keys)
					? undefined
					: refusal(400, "M_INVALID_SIGNATURE", "A key is not signed by the master key"),
			page({ method, url: { pathname, searchParams } }) {
				const session = sessions.get(searchParams.get("session") ?? "");
				if (stage !== "m.login.sso" || session === undefined) return undefined;
				if (pathname === fallback && method === "GET")
					return ok(`<a href="/sso/done?session=${session.id}">Sign in</a>`);
				if (pathname !== "/sso/done") return undefined;
				session.completed.add(stage);
				return ok("<script>window.opener?.postMessage('authDone', '*')</script>");
			},
			async approve(at) {
				const page = await (await fetch(at)).text();
				const [, next] = page.match(/href="([^"]+)"/) ?? [];
				if (next === undefined) throw new Error("there is no page to sign in at");
				await fetch(new URL(next, url));
			},
			restart: () => sessions.forget(),
		};
	};
}
