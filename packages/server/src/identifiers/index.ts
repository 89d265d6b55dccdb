/**
 * Identifiers: by what a person is found.
 *
 * Owns how a name, or an e-mail address, is read that somebody typed, pasted, or an app handed on: one function for every
 * entry, so that who can sign in at one door can at all of them. Leaves to protocol which names a new account may have, to people the
 * account behind a name, to each surface the words of a refusal.
 */
export { readAddress } from "./read-address.ts";
export { readName } from "./read-name.ts";
