/**
 * Notices: what a person is told outside the pages, in their language.
 *
 * Owns what letters say, as text and as HTML, and the conversation with the mail server. Leaves to others: when a
 * letter is tried again (tasks), which address is whose (people), texts (words), and what a link in one does (account).
 *
 * Flow: a letter -> written in a language -> handed to the mail server, which takes it, does not now, or never will.
 */
export { writeLetter } from "./letter.ts";
export { testLetter } from "./letters.ts";
export type * from "./ports.ts";
export { createSmtp } from "./smtp.ts";
