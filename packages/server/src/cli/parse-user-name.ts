/** A person of this server as an operator names them: `bob`, or the whole user id. Refuses people of other servers. */
export function parseUserName(
	text: string,
	serverName: string,
): { readonly ok: true; readonly localpart: string } | { readonly ok: false; readonly problem: string } {
	if (!text.startsWith("@")) return { ok: true, localpart: text };
	const [localpart = "", ...server] = text.slice(1).split(":");
	if (server.length > 0 && server.join(":") !== serverName)
		return { ok: false, problem: `This is ${serverName}; ${JSON.stringify(text)} is on another server.` };
	return { ok: true, localpart };
}
