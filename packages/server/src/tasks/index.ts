/**
 * Tasks: what somebody else has to be told because of a change that is committed here, until it is.
 *
 * Owns when each is tried, by which of several servers, in which order, and what becomes of one that fails. Leaves to
 * the receiver (`homeserver/synapse`) what the tasks are and how they are told, and to whoever causes one to write it
 * in the transaction of its cause.
 *
 * Flow: cause -> row -> claim with a lease -> tell -> settle: gone, again later, or refused for good.
 */
export { createHealth, type Health } from "./health.ts";
export { type CountTold, createOutbox, type Outbox } from "./outbox.ts";
export type { TaskOverview } from "./ports.ts";
export type { Receiver, Told } from "./receiver.ts";
