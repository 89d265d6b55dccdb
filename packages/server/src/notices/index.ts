/**
 * Notices: what a person is told outside the pages, in their language.
 *
 * Owns what letters say, as text and as HTML, what in them nobody else may know, and the conversation with the mail
 * server. Leaves to others: when a letter is tried again (tasks), which address is whose (identifiers), texts (words),
 * and what a link in one does (account).
 *
 * Flow: a letter is queued in the transaction of its cause -> written when it leaves -> handed to the mail server, which
 * takes it, does not now, or never will. A notice follows from a line of the security log, wherever that is written; what
 * is said against one ends what the line let somebody do, once.
 */
export { isWindowOpen } from "./close-window.ts";
export { createNotices } from "./create.ts";
export { writeLetter } from "./letter.ts";
export { testLetter } from "./letters.ts";
export { noticedKinds, noticeText, remindingKinds } from "./noticed.ts";
export { createObjections, type Objections, recentMs } from "./objections.ts";
export type * from "./ports.ts";
export { noticesRetention } from "./retention.ts";
export { createLetterSecrets } from "./secrets.ts";
export { createSmtp } from "./smtp.ts";
