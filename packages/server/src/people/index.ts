/**
 * People: who has an account here, how they prove it is them, and in which browsers they are signed in.
 *
 * Owns accounts, passwords, the one limiter behind every password prompt, browser sessions, and closing an account.
 * Leaves to others: the devices of a person (sessions), cookies and pages (account), what a homeserver keeps
 * (homeserver); ending those with an account comes in as `endSessions` and the homeserver's slice of the transaction.
 *
 * Flow: register | checkPassword -> browser sessions start -> find at every page -> prove -> end.
 */
export { type BrowserSession, type BrowserSessions, createBrowserSessions } from "./browser-sessions.ts";
export * from "./lifetimes.ts";
export { networkOf } from "./limiter.ts";
export * from "./people.ts";
export type * from "./ports.ts";
