/**
 * Lost factors: the way back of who lost every second factor, and still knows the password and reads their mail.
 *
 * Owns the waiting time: what is asked for, begun by a letter, told of, stopped, and in the end carried out, once.
 * Leaves to others: what a second factor is, and that showing one ends this (proofs), letters and objections (notices),
 * addresses (identifiers), how a password was set (people, password-links), the pages (account).
 *
 * Flow: asked with the right password -> a letter, whose link begins seven days -> the person is told at every address,
 * at the beginning and a day before the end -> another letter, whose link, with the password, takes the factors away.
 */
export { createDueLosses } from "./due.ts";
export {
	createLostFactors,
	type LossState,
	type LostFactors,
	type OpenedLoss,
} from "./lost-factors.ts";
export type * from "./ports.ts";
export { lostFactorsRetention } from "./retention.ts";
