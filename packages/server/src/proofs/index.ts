/**
 * Proofs: how somebody shows that an account is theirs, and which act takes what proof.
 *
 * Owns passwords (how they are kept, compared and refused), that every attempt is counted, and the table of acts. A
 * `Proof` is made nowhere else. Leaves to others: accounts and browser sessions (people), how often may be tried
 * (limits), the words of a refusal and the forms that ask (account, compat).
 *
 * Flow: an attempt is counted -> compared -> given back where it was right, noted in the security log where it was not
 * -> a proof -> for the act at hand, if the table says that it does.
 */
export type { SensitiveAct } from "./acts.ts";
export { carriedHash, carriedParts, carriedSchemeOf, isHashOf } from "./carried.ts";
export type { PasswordRefusal } from "./check-password.ts";
export { bcryptSchemeOf } from "./hash-shapes.ts";
export {
	createPasswords,
	type PasswordScheme,
	type PasswordSchemes,
	type Passwords,
	parsePassword,
	passwordBytes,
} from "./passwords.ts";
export type * from "./ports.ts";
export { type BrowserProof, type Proof, type ProofFor, presenceProof } from "./proof.ts";
export { createProofs, type ProofRefusal, type Proofs } from "./proofs.ts";
