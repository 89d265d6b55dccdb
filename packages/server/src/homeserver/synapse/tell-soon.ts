import type { AccountId } from "@countersign/core";
import type { Health, Outbox } from "../../tasks/index.ts";

/** Synapse, where it is well, takes a hundredth of it. */
const patienceMs = 1_000;

/**
 * Waits until Synapse was told everything about a person, a second at most: until then it takes the tokens of a session
 * that has ended, which it remembers for two minutes. Where it does not answer nobody waits; the outbox goes on.
 */
export function createTellSoon(
	outbox: Pick<Outbox, "deliver">,
	health: Pick<Health, "isSilent">,
): (accountId: AccountId) => Promise<void> {
	return async (accountId) => {
		if (health.isSilent()) return;
		const late = Promise.withResolvers<void>();
		const timer = setTimeout(late.resolve, patienceMs);
		try {
			await Promise.race([outbox.deliver(accountId), late.promise]);
		} finally {
			clearTimeout(timer);
		}
	};
}
