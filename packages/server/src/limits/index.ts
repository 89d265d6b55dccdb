/**
 * Limits: how often something may be tried.
 *
 * Owns the counts of attempts (by address, by the name typed, by browser session) and what counts as one address. Whoever counts is
 * handed where counts are kept: left out, they would be kept by each process for itself.
 * Leaves to others: where that is (storage: in memory, or in the database that several servers share), what is an
 * attempt, and the words for those who have to wait.
 *
 * Flow: an attempt is taken before its outcome is known, and given back where it turned out to be none.
 */
export { createAddressAttempts } from "./address-attempts.ts";
export type { Attempts } from "./attempts.ts";
export { createCodeAttempts, createRecoveryCodeAttempts } from "./code-attempts.ts";
export { createLetterAttempts } from "./letter-attempts.ts";
export { createLossAttempts } from "./loss-attempts.ts";
export { networksOf } from "./networks.ts";
export { createPasskeyAttempts } from "./passkey-attempts.ts";
export type * from "./ports.ts";
export { createPromptAttempts } from "./prompt-attempts.ts";
export { createRecoveryAttempts } from "./recovery-attempts.ts";
export { createRegistrationLetterAttempts } from "./registration-letter-attempts.ts";
export { setLimits } from "./set-limits.ts";
export { createEntryAttempts, createSharedSignInAttempts, createSignInAttempts } from "./sign-in-attempts.ts";
export { createTokenAttempts } from "./token-attempts.ts";
