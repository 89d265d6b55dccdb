import { createTokenHolder, type HomeserverSession } from "@countersign/client";
import { tokenFile } from "@countersign/client/node";
import { Refusal } from "../refusal.ts";
import type { Session, StateFolder } from "../state/index.ts";

/** The session as the library takes it; its tokens are refreshed, and shared with other programs by their file. */
export async function homeserverSession(
	folder: StateFolder,
	{ homeserver, userId, deviceId, auth }: Session,
): Promise<HomeserverSession> {
	const session = { homeserver, userId, deviceId };
	if (auth.kind === "token") return { ...session, accessToken: async () => auth.accessToken };
	const file = tokenFile(folder.tokens);
	const tokens = await file.load().catch((cause: unknown) => {
		throw new Refusal("state-damaged", { folder: folder.path, file: folder.tokens }, { cause });
	});
	if (tokens === undefined) throw new Refusal("not-signed-in", { folder: folder.path });
	const metadata = { token_endpoint: auth.tokenEndpoint };
	const holder = createTokenHolder({ metadata, clientId: auth.clientId, tokens, ...file });
	return { ...session, accessToken: holder.accessToken };
}
