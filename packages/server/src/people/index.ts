/**
 * People: who has an account here, and in which browsers they are signed in.
 *
 * Owns accounts, browser sessions and closing an account. Leaves to others: passwords (proofs), what the operator does
 * with an account (operating), the devices of a person (sessions), cookies and pages (account), what a homeserver keeps
 * (homeserver); ending those with an account comes in as `endSessions` and the homeserver's slice of the transaction.
 *
 * Flow: register, or a proof -> browser sessions start -> find at every page, with the last proof -> end.
 */
export { type Account, accountOf } from "./account.ts";
export { addAccount, addPerson } from "./add-person.ts";
export type { BeginOutcome, BegunRegistrations } from "./begun-registrations.ts";
export {
	type BrowserSession,
	type BrowserSessions,
	createBrowserSessions,
	listedBrowsers,
} from "./browser-sessions.ts";
export { checkNewName, type NameFault } from "./check-new-name.ts";
export { type CloseDeps, closeAccount } from "./close-account.ts";
export { createPeople } from "./create.ts";
export * from "./lifetimes.ts";
export { ownWords, ownWordsOf } from "./own-words.ts";
export type * from "./people.ts";
export type * from "./ports.ts";
export { replaceUnknownPassword } from "./replace-unknown-password.ts";
export { peopleRetention } from "./retention.ts";
