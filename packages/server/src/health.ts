import type { Clock } from "./config/index.ts";
import { json } from "./http/index.ts";
import type { Storage } from "./storage/index.ts";

/** A look costs a commit, and anybody may ask: one look is an answer for so long. */
const lookEveryMs = 1_000;

/**
 * Answers `GET /health`. Well is a server that can write its data: a full disk, or one that was made read-only, leaves
 * the port open and most pages readable, while nobody can sign in or refresh any more. Fails as the look does.
 */
export function createHealth(storage: Storage, clock: Clock): () => Promise<Response> {
	let looked: { readonly at: number; readonly outcome: Promise<void> } | undefined;
	const look = async () => {
		await storage.write(({ settings }) => settings.set("last-healthy", String(clock())));
	};
	return async () => {
		const age = looked === undefined ? undefined : clock() - looked.at;
		if (looked === undefined || age === undefined || age < 0 || age >= lookEveryMs)
			looked = { at: clock(), outcome: look() };
		await looked.outcome;
		return json(200, { status: "ok" });
	};
}
