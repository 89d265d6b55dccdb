/**
 * Upstream: people sign in by another service (OpenID Connect Core 1.0), to which this server is a relying party.
 *
 * Owns how a sign-in there is begun and comes back, what is made of what the service says, and as whom it knows people:
 * the links, which alone say whose account it is. Leaves to others: the pages (account), new accounts (people), what
 * being vouched for is worth (proofs), where a person was going (resume).
 *
 * Flow: begin, for one browser, with state, nonce and PKCE -> the person signs in there -> arrive, once: the answer is
 * checked, then its link is looked up -> somebody known, somebody new, or a refusal.
 */
export { type Withdrawn, withdrawAdministers } from "./administers.ts";
export { upstreamLifetimes } from "./lifetimes.ts";
export { createLinks, isBegunBy, type Links } from "./links.ts";
export type * from "./ports.ts";
export { upstreamRetention } from "./retention.ts";
export { parseSample, trySample } from "./sample.ts";
export {
	type Arrived,
	type ArriveOutcome,
	type ArriveRefusal,
	type BeginOutcome,
	createUpstream,
	type Service,
	type Upstream,
} from "./upstream.ts";
