/**
 * The guard: uploads of cross-signing keys, before a homeserver that cannot bind an approval to one of them, and what
 * apps take away before they upload.
 *
 * Owns the exact paths, who calls, the one strict reading of the body, and what is handed on. Leaves to others: the
 * decision, and the spending of approvals (core), how the homeserver is spoken to (homeserver/synapse), and the words
 * of the answers (device-signing). Works on node's own objects: what was sent matters here to the byte, and a framework
 * would have read paths and headers in its own way before.
 *
 * Flow: path -> one token -> ours: body -> core; foreign: handed on with its own token -> answer. What takes something
 * away: one request of an account at a time -> what is there -> core's hold -> handed on, or answered here.
 */
export { createGuard, guardedRouteOf, isGuardedPath } from "./handler.ts";
export type * from "./ports.ts";
export { createUnrecognizedRoutes } from "./unrecognized.ts";
