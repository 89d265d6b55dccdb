/**
 * Verifying a device with another one of the same person, by emoji that the person compares.
 *
 * Owns the order of a verification, the loop in which an app's crypto talks to the homeserver meanwhile, and what is
 * taken over at its end. The cryptography is the machine's.
 *
 * Flow: somebody to verify with? -> ask, or be asked -> start -> seven emoji, compared by the person -> confirm -> wait
 * until the identity vouches for both -> secrets, key of the backup.
 */
export type { ComparedEmoji, VerifyingMachine, VerifyingModule, WasmVerification } from "./machine-parts.ts";
export type { VerificationOptions, VerificationOutcome, VerificationStep } from "./options.ts";
export { verifyWithOtherDevice } from "./verify.ts";
