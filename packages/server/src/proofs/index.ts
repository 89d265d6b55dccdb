/**
 * Proofs: how somebody shows that an account is theirs.
 *
 * Owns passwords: how they are kept, compared and refused, and that every attempt is counted. Leaves to others:
 * accounts (people), how often may be tried (limits), the words of a refusal and the forms that ask (account, compat).
 *
 * Flow: an attempt is counted -> compared -> given back where it was right, noted in the security log where it was not.
 */
export {
	type CheckedPassword,
	createCheckPassword,
	type PasswordCheck,
	type PasswordRefusal,
} from "./check-password.ts";
export { createPasswords, type Passwords, parsePassword, passwordBytes } from "./passwords.ts";
export type * from "./ports.ts";
export { createRefusalLog } from "./refusal-log.ts";
