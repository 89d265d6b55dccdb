/**
 * Audit: the log that each person can read about their own account.
 *
 * Owns which kinds of lines there are, and how they are read. Leaves to each folder, and to core for digital
 * identities, what it writes there and when: in the transaction of what the line tells. Leaves to account the words,
 * to storage the keeping, and to jobs the forgetting.
 */
export type * from "./ports.ts";
