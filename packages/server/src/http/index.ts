/**
 * HTTP: what every edge needs to speak with browsers and apps.
 *
 * Owns the one server socket and how it stops, whom a request came from, bounded reading of bodies, the shapes of
 * answers, CORS and cookies.
 * Leaves to others: routes, pages and their forms (pages), who is signed in (account), requests to other servers
 * (outbound).
 *
 * Flow: `listen` -> a raw node handler for the hot paths, or a fetch handler with `Bindings` -> `readForm` -> an answer.
 */
export * from "./answers.ts";
export { clientAddressOf } from "./arrivals.ts";
export { bearerIn, bearerOf } from "./bearer.ts";
export type { Bindings, Env } from "./bindings.ts";
export * from "./body.ts";
export { type Cookies, createCookies } from "./cookies.ts";
export * from "./node.ts";
export { answerOtherMethods, wrongMethod } from "./other-methods.ts";
export { routeOf } from "./route-of.ts";
export { safeText } from "./safe-text.ts";
export { parseSeenAddress, type SeenAddress, seenAddressHeaders } from "./seen-address.ts";
export { awayInShort, isStorageAway, retryAfter } from "./storage-away.ts";
export { utf8 } from "./utf8.ts";
export { userAgent, userAgentOf } from "./visitor.ts";
