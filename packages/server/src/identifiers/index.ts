/**
 * Identifiers: by what a person is found.
 *
 * Owns how a name, or an e-mail address, is read that somebody typed, pasted, or an app handed on: one function for every
 * entry, so that who can sign in at one door can at all of them; and whose address is whose: confirmed by a code, one
 * account's at most. Leaves to protocol which names a new account may have, to people the account behind a name, to
 * notices the letter with the code, to each surface the words of a refusal.
 *
 * Flow of an address: typed with a proof -> a code is sent there -> typed by its person -> theirs, until they remove it
 * or close the account.
 */
export {
	type AddOutcome,
	type Addresses,
	type AddressList,
	type ConfirmOutcome,
	createAddresses,
} from "./addresses.ts";
export { invisible } from "./invisible.ts";
export { addressRules } from "./lifetimes.ts";
export type * from "./ports.ts";
export { type ReadAddress, readAddress } from "./read-address.ts";
export { readName } from "./read-name.ts";
export { identifiersRetention } from "./retention.ts";
export { isSameCode } from "./same-code.ts";
export { isSubject } from "./subject.ts";
