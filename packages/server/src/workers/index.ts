/**
 * Workers: several processes that are one server, on one port.
 *
 * Owns who accepts and who answers, what is done about a worker that ends, how all stop, and what all have counted.
 * Leaves to others: what a worker does (compose), what is counted (metrics), what is said to who types (cli).
 *
 * Flow: `startCrew` makes the workers -> each joins (`joinCrew`), is told the settings and its number, and says that it
 * serves, or why it cannot -> each accepts from the one port -> one that ends is replaced, after a pause.
 */
export { startCrew } from "./crew.ts";
export { isWorker, joinCrew } from "./join.ts";
export type { Complaint, ServerFacts } from "./messages.ts";
