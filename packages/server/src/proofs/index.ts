/**
 * Proofs: how somebody shows that an account is theirs, and which act takes what proof.
 *
 * Owns passwords (how they are kept, compared and refused), passkeys, one-time codes and recovery codes, that every attempt is counted, the second step of
 * signing in, and the table of acts (`acts.ts`, to be read first). A `Proof` is made nowhere else. Leaves to others: accounts and browser sessions (people), how often may be tried
 * (limits), the words of a refusal and the forms that ask (account, compat).
 *
 * Flow: an attempt is counted -> compared -> given back where it was right, noted in the security log where it was not
 * -> a proof -> for the act at hand, if the table says that it does.
 */
export { acrOf, acrValues } from "./acr.ts";
export { amrOf, type SensitiveAct } from "./acts.ts";
export { carriedHash, carriedParts, carriedSchemeOf, isHashOf } from "./carried.ts";
export type { CodeRefusal } from "./check-code.ts";
export type { PasskeyRefusal } from "./check-passkey.ts";
export type { PasswordRefusal } from "./check-password.ts";
export type { NewApp } from "./codes.ts";
export type { LackingFactor, MissingFactor } from "./demands.ts";
export { endWithFactors, lossTakenWithinMs, removeFactors } from "./factors.ts";
export { bcryptSchemeOf } from "./hash-shapes.ts";
export { checkNewPassword, type NewPasswordRefusal } from "./new-password.ts";
export { passkeySite } from "./passkey-site.ts";
export { type Passkey, passkeyNameLength } from "./passkeys.ts";
export {
	createPasswords,
	type PasswordScheme,
	type PasswordSchemes,
	type Passwords,
	parsePassword,
	passwordLimits,
} from "./passwords.ts";
export type * from "./ports.ts";
export { type BrowserProof, type Proof, type ProofFor, presenceProof } from "./proof.ts";
export {
	createProofs,
	type ProofAsked,
	type ProofRefusal,
	type Proofs,
	type ProofsDeps,
	type UpstreamService,
} from "./proofs.ts";
export { proofsRetention } from "./retention.ts";
export { type FirstFactor, type SecondAsked, secondStepMs } from "./second-step.ts";
export { createWaysIn, type WaysIn } from "./ways-in.ts";
export { passkeyHolder } from "./webauthn.ts";
