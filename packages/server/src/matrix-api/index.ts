/**
 * The Matrix API: what every edge of it has in common, the embedded homeserver's, the older login API's and the guard's.
 *
 * Owns the frame (CORS, methods, what is no endpoint, faults), the reading of bodies as JSON objects, and the words of
 * refusals. Leaves to others: what an endpoint does, and who a token belongs to (sessions).
 *
 * Flow: the frame finds the route -> the edge reads who calls and what is sent -> its endpoint answers.
 */
export * from "./errors.ts";
export * from "./frame.ts";
export * from "./json-object.ts";
export { tokenRefusals } from "./token-refusals.ts";
