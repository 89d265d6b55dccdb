/**
 * Registration tokens: what somebody shows who may make an account where not everybody may.
 *
 * Owns tokens: how one is made, listed and revoked by operators, and what of it is kept, which is its hash. Leaves to
 * others: registering (people), which uses one up in the transaction that makes the account, and its page (account).
 *
 * Flow: made by an operator, who hands it or its link over -> shown with the form -> used by one statement, as often as
 * it has uses, until it is over or revoked -> listed for a while after.
 */
export { createRegistrationTokens, type RegistrationTokens } from "./manage.ts";
export type * from "./ports.ts";
export { registrationTokensRetention } from "./retention.ts";
export { bareToken, tokenHash } from "./token-hash.ts";
