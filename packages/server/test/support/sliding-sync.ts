import type { Answer } from "./server.ts";

export const slidingSyncPath = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync";

/** What an app that shows rooms and one that only receives keys ask for at once. */
export const everything = {
	to_device: { enabled: true },
	e2ee: { enabled: true },
	account_data: { enabled: true },
} as const;

interface Asking {
	call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer>;
}

/** One sliding sync; for everything, unless told otherwise. */
export function slidingSync(
	app: Asking,
	query: string,
	body: unknown = { conn_id: "main", extensions: everything },
	signal?: AbortSignal,
): Promise<Answer> {
	return app.call("POST", `${slidingSyncPath}${query}`, body, signal);
}

/** Everything, with the messages that came after `since`. */
export function after(since: string, connection = "main") {
	return {
		conn_id: connection,
		extensions: { ...everything, to_device: { enabled: true, since } },
	};
}
