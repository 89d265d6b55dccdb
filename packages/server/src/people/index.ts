/**
 * People: who has an account here, how they prove it is them, and in which browsers they are signed in.
 *
 * Owns accounts, passwords, browser sessions, closing an account, and what the operator may do with one.
 * Leaves to others: counting attempts (limits), the devices of a person (sessions), cookies and pages (account), what a homeserver keeps
 * (homeserver); ending those with an account comes in as `endSessions` and the homeserver's slice of the transaction.
 *
 * Flow: register | checkPassword -> browser sessions start -> find at every page -> prove -> end.
 */
export type { Account } from "./account.ts";
export { createAdministrators } from "./administrators.ts";
export {
	type BrowserSession,
	type BrowserSessions,
	createBrowserSessions,
	listedBrowsers,
} from "./browser-sessions.ts";
export * from "./lifetimes.ts";
export { createOperatorPeople, type OperatorPeople } from "./operator.ts";
export * from "./people.ts";
export type * from "./ports.ts";
