/**
 * Metrics: numbers for operators, in the text format that Prometheus reads.
 *
 * Owns what is counted, the names and labels, and who may read it. No label ever comes from a request or a person:
 * routes are classes of ours, outcomes are closed sets. What several processes of one server have counted is one sum.
 * Leaves to others: when something happened; `compose.ts` and `parts.ts` put the counting around the parts, which know
 * nothing of it.
 */
export { createMetrics, type Metrics } from "./create.ts";
export { createMetricsRoute } from "./route.ts";
export { observeSessions } from "./sessions.ts";
export { observeStorage } from "./storage.ts";
export * from "./whole.ts";
