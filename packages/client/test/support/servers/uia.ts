import { type Answer, type Caller, type Json, randomText } from "./state.ts";

/** The `auth` of a request, as far as a server here looks at it. */
export interface Auth {
	readonly type?: string;
	readonly session?: string;
	readonly password?: string;
	readonly identifier?: { readonly user?: string };
}

/** One session of user-interactive authentication. */
export interface UiaSession {
	readonly id: string;
	/** Whose upload it was opened for. Not every server compares it. */
	readonly owner: Caller;
	readonly completed: Set<string>;
	/** Why the last attempt failed, where the server keeps that. */
	error?: { readonly errcode: string; readonly error: string } | undefined;
}

/** Sessions by their ids, in memory. */
export function createSessions() {
	const sessions = new Map<string, UiaSession>();
	return {
		open(owner: Caller): UiaSession {
			const session: UiaSession = { id: randomText(), owner, completed: new Set() };
			sessions.set(session.id, session);
			return session;
		},
		get: (id: string) => sessions.get(id),
		end: (id: string) => void sessions.delete(id),
		/** What a restart does to a server that keeps them nowhere else. */
		forget: () => sessions.clear(),
	};
}

/** The 401 of a session. */
export function challenge(
	{ id, completed, error }: Pick<UiaSession, "id" | "completed" | "error">,
	{ stages, params = {} }: { readonly stages: readonly string[]; readonly params?: Json },
): Answer {
	const flows = stages.map((stage) => ({ stages: [stage] }));
	return { status: 401, body: { session: id, flows, params, completed: [...completed], ...error } };
}
