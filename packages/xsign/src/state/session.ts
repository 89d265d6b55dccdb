import { rm } from "node:fs/promises";
import { replaceFile } from "@countersign/client/node";
import { Refusal } from "../refusal.ts";
import type { StateFolder } from "./folder.ts";
import { readObject } from "./json-file.ts";

/** A session, as it is kept; secret where it has a token. */
export interface Session {
	readonly homeserver: string;
	readonly userId: string;
	readonly deviceId: string;
	/** An OAuth session, whose tokens have a file of their own, or an access token that was given. */
	readonly auth:
		| {
				readonly kind: "oauth";
				readonly clientId: string;
				readonly tokenEndpoint: string;
				readonly revocationEndpoint: string;
				/** Issuer and account page, as they were when somebody signed in; absent in sessions from before. */
				readonly pages?: readonly string[];
		  }
		| { readonly kind: "token"; readonly accessToken: string };
}

const format = 1;

/** The session that is kept; undefined where nobody is signed in. @throws `state-damaged` */
export async function readSession(folder: StateFolder): Promise<Session | undefined> {
	const found = await readObject(folder, folder.session);
	if (found === undefined) return undefined;
	const { format: written, auth, ...rest } = Object.fromEntries(found) as Record<string, unknown>;
	const isWhole = ["homeserver", "userId", "deviceId"].every((name) => typeof rest[name] === "string");
	if (written !== format || !isWhole || typeof auth !== "object" || auth === null)
		throw new Refusal("state-damaged", { folder: folder.path, file: folder.session });
	// Our own file: its age and wholeness are judged, not who wrote it.
	return { ...rest, auth } as Session;
}

export function writeSession(folder: StateFolder, session: Session): Promise<void> {
	return replaceFile(folder.session, `${JSON.stringify({ format, ...session }, null, "\t")}\n`);
}

/** Deletes everything that is kept of an account; the session last, so that a crash on the way can be made good. */
export async function forgetSession({ reset, wishes, crypto, tokens, session }: StateFolder): Promise<void> {
	for (const file of [reset, wishes, crypto, tokens, session]) await rm(file, { force: true });
}
