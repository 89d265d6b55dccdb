import type { SessionTokens } from "@countersign/client";
import type { Session } from "../state/index.ts";

/** A new session; OAuth ones have tokens that are refreshed. */
export interface SignedIn {
	readonly session: Session;
	readonly tokens?: SessionTokens | undefined;
}
