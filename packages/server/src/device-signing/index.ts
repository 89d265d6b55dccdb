/**
 * The upload of cross-signing keys: what is the same wherever it arrives, at the embedded homeserver or before another
 * one.
 *
 * Owns its paths, how long a body may be, the words of each answer, the cryptography that core is handed, and how long
 * what was asked is kept. Leaves to
 * others: what is decided (core), who calls, and where the keys are stored.
 */
export * from "./answers.ts";
export { sha256, utf8, verifyEd25519 } from "./verify.ts";

/** Three keys of about 700 bytes each, and room for what devices have signed; what is asked for is kept for a month. */
export const bodyLimitBytes = 64 * 1024;
export { uploadsRetention } from "./retention.ts";
