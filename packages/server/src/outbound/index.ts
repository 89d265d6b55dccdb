/**
 * Requests to other servers.
 *
 * Owns the connections that are kept, how long an answer may take and how long it may be, that no redirect is
 * followed, and what may be sent again by itself.
 * Leaves to others: what is asked, and what an answer means.
 */
export * from "./outbound.ts";
