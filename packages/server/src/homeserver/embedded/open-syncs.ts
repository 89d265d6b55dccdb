import type { SessionId } from "@countersign/core";

/** The syncs that each session holds open. */
export interface OpenSyncs {
	/** Takes a place. `isOver` fires when newer syncs of the session need it: answer then. Always `leave`. */
	enter(sessionId: SessionId): { readonly isOver: AbortSignal; leave(): void };
}

/**
 * At most so many at a time, and the newest win: an app that lost its connection comes back before we notice, and one
 * that opens ever more must not hold them all.
 */
export function createOpenSyncs(atMost: number): OpenSyncs {
	const open = new Map<string, Set<AbortController>>();
	return {
		enter(sessionId) {
			const place = new AbortController();
			const places = open.get(sessionId) ?? new Set();
			open.set(sessionId, places.add(place));
			for (const oldest of [...places].slice(0, -atMost)) {
				places.delete(oldest);
				oldest.abort();
			}
			return {
				isOver: place.signal,
				leave() {
					places.delete(place);
					if (places.size === 0 && open.get(sessionId) === places) open.delete(sessionId);
				},
			};
		},
	};
}
