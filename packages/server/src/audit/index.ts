/**
 * Audit: the log that each person can read about their own account.
 *
 * Owns which kinds of lines there are, how they are read, and how long they are kept. Leaves to each folder, and to core for digital
 * identities, what it writes there and when: in the transaction of what the line tells. Leaves to account the words,
 * and to storage the keeping.
 */
export type * from "./ports.ts";
export { isResetWindowAsked, type ResetWindowSeen, resetWindowMs, resetWindowOf } from "./reset-window.ts";
export { auditRetention } from "./retention.ts";
