/**
 * Pages: how what people see is made.
 *
 * Owns the look of every page, the parts they are built of, the scripts that browsers run, the policy they are sent under, the check that every form goes
 * through, and the pages for what no route took and what failed. Pages are pure: a view goes in, `Html` comes out, and
 * only the `html` tag makes `Html`, so that nothing reaches a page unescaped.
 * Leaves to others: what each page says and does (account), sockets and bodies (http).
 *
 * Flow: a form -> `csrf.check`; a view of components -> `pages.show` or `pages.problem` -> an answer.
 */
export * from "./components.ts";
export { type Csrf, createCsrf } from "./csrf.ts";
export { createFailures, DirectoryAway, PeopleMoving } from "./failures.ts";
export { type Html, type HtmlValue, html } from "./html.ts";
export type { Branding } from "./page.ts";
export { createPages, type PageOptions, type Pages, type PageView, type Problem } from "./pages.ts";
export { passkeyInput } from "./passkey-input.ts";
export { qrCode } from "./qr-code.ts";
export { completion } from "./scripts/completion.ts";
export { freshId, keepFresh, staleId } from "./scripts/keep-fresh.ts";
export { reload } from "./scripts/reload.ts";
export { link, tell } from "./tell.ts";
export { timeAgo } from "./time.ts";
export { answerUnrouted } from "./unrouted.ts";
