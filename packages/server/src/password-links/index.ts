/**
 * Password links: a link with which somebody sets a password without knowing one, once and for a time.
 *
 * Owns links: how long each is good, what ends it, and setting a password through it. Whoever makes one hands its address
 * over and learns no password; only the hash of its secret is kept.
 * Of links that operators hand over an account has one at most; of mailed ones each needs its address to be still theirs.
 * Leaves to others: who may have one (operating), accounts and what a new password ends (people), the page (account).
 *
 * Flow: made, in the transaction of its cause -> opened, as often as anybody likes, which changes nothing -> used by one
 * statement, and told again to the form that did so.
 */
export { createMakeLink, linkPath, type MadeLink } from "./make-link.ts";
export {
	createPasswordLinks,
	type LinkedPerson,
	type PasswordLinks,
	type PasswordSetting,
} from "./password-links.ts";
export type * from "./ports.ts";
export { createRecovery, type Recovery } from "./recovery.ts";
export { passwordLinksRetention } from "./retention.ts";
