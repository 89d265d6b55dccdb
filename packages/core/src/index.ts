/**
 * Core: an approval is for one request.
 *
 * Owns requests to replace a person's cross-signing keys: what a request is bound to, the states it goes through,
 * how long each lasts, and the decision on every upload. Pure: time, randomness, hashing and signature checks are
 * arguments; storage and homeserver implement the ports declared here.
 */
export {
	type Homeserver,
	type HomeserverEffects,
	HomeserverUnavailable,
	type IdentityTruth,
} from "./homeserver.ts";
export { lifetimes, limits } from "./lifetimes.ts";
export type * from "./ports.ts";
export * from "./reset-request.ts";
export type { Transactions } from "./transactions.ts";
