/**
 * HTTP: what every edge needs to speak with browsers and apps.
 *
 * Owns the one server socket and how it stops, requests to other servers, bounded reading of bodies, the shapes of
 * answers, CORS, cookies, the check every form goes through, redirect targets, and the look of every page. Pages are pure: a view goes in,
 * `Html` comes out, and only the `html` tag makes `Html`, so that nothing reaches a page unescaped.
 * Leaves to others: routes, who is signed in (account), and every word that is about more than a broken request.
 *
 * Flow: `listen` -> a raw node handler for the hot paths, or a fetch handler with `Bindings` -> `readForm` and
 * `csrf.check` -> `pages.show` or an answer.
 */
export * from "./answers.ts";
export type { Bindings, Env } from "./bindings.ts";
export * from "./body.ts";
export * from "./components.ts";
export { type Cookies, createCookies } from "./cookies.ts";
export { type Csrf, createCsrf } from "./csrf.ts";
export { createFailures, matrixFailure } from "./failures.ts";
export { answerUnrouted, routeOf } from "./fallback.ts";
export { type Html, type HtmlValue, html, safeText } from "./html.ts";
export { parseJsonObject } from "./json-object.ts";
export { safeNext } from "./next.ts";
export * from "./node.ts";
export { answerOtherMethods, wrongMethod } from "./other-methods.ts";
export * from "./outbound.ts";
export { createPages, type PageOptions, type Pages, type PageView, type Problem } from "./pages.ts";
export { parseSeenAddress, type SeenAddress, seenAddressHeaders } from "./seen-address.ts";
export { duration, timeAgo } from "./time.ts";
export { tokenRefusals } from "./token-refusals.ts";
export { userAgent, userAgentOf } from "./visitor.ts";
