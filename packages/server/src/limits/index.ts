/**
 * Limits: how often something may be tried.
 *
 * Owns the counts of attempts (by address, by person and address) and what counts as one address.
 * Leaves to others: where counts are kept (storage: in memory, or in the database that several servers share), what
 * is an attempt, and the words for those who have to wait.
 *
 * Flow: an attempt is taken before its outcome is known, and given back where it turned out to be none.
 */
export * from "./limiter.ts";
export type * from "./ports.ts";
