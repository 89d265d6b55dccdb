import type { Metrics } from "./create.ts";
import type { CountedSessions } from "./ports.ts";

/** The same sessions, whose outcomes are counted. */
export function observeSessions<Sessions extends CountedSessions>(
	sessions: Sessions,
	metrics: Metrics,
): Sessions {
	return {
		...sessions,
		async open(...call) {
			const outcome = await sessions.open(...call);
			metrics.signedIn(outcome.ok ? "ok" : outcome.reason);
			return outcome;
		},
		async refresh(...call) {
			const outcome = await sessions.refresh(...call);
			metrics.refreshed(outcome.ok ? "ok" : outcome.reason);
			return outcome;
		},
		async openCompat(...call) {
			const outcome = await sessions.openCompat(...call);
			metrics.signedIn(outcome.ok ? "ok" : outcome.reason);
			return outcome;
		},
		async refreshCompat(...call) {
			const outcome = await sessions.refreshCompat(...call);
			metrics.refreshed(outcome.ok ? "ok" : outcome.reason);
			return outcome;
		},
	};
}
