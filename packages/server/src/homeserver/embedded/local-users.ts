import type { AccountId } from "@countersign/core";
import { localpartOf, parseUserId, serverNameOf } from "@countersign/protocol";
import type { Profiles } from "./ports.ts";

/** People a request names: those of this server by account, and the servers of the others. Whoever is unknown is left out. */
export interface NamedUsers {
	readonly local: readonly NamedUser[];
	/** This homeserver asks no other one; each is reported as a failure. */
	readonly remoteServers: readonly string[];
}

export interface NamedUser {
	readonly userId: string;
	readonly accountId: AccountId;
}

export async function findUsers(
	profiles: Pick<Profiles, "ofLocalpart">,
	serverName: string,
	userIds: readonly string[],
): Promise<NamedUsers> {
	const local: NamedUser[] = [];
	const remoteServers = new Set<string>();
	for (const text of userIds) {
		const userId = parseUserId(text);
		if (!userId.ok) continue;
		const server = serverNameOf(userId.value);
		if (server !== serverName) {
			remoteServers.add(server);
			continue;
		}
		const profile = await profiles.ofLocalpart(localpartOf(userId.value));
		if (profile !== undefined) local.push({ userId: userId.value, accountId: profile.accountId });
	}
	return { local, remoteServers: [...remoteServers] };
}

/** The `failures` member of an answer. */
export function remoteFailures(servers: readonly string[]): Readonly<Record<string, unknown>> {
	return Object.fromEntries(
		servers.map((server) => [server, { status: 503, message: "This homeserver asks no other homeserver" }]),
	);
}
