/**
 * The Matrix API: what every edge of it has in common, the embedded homeserver's, the older login API's and the guard's.
 *
 * Owns the frame (CORS, methods, what is no endpoint, faults), who calls, the reading of bodies as JSON objects, the
 * one way for an endpoint to write, and the words of refusals. Leaves to others: what an endpoint does, and whom a
 * token belongs to (sessions).
 *
 * Flow: the frame finds the route -> token -> body -> token again -> endpoint -> its writes, while it is signed in.
 */
export type { AuthenticateToken, Caller } from "./authenticate.ts";
export type { Call, Endpoint, Visit } from "./endpoint.ts";
export * from "./errors.ts";
export { createFrame, type MatrixRoute, unrecognized } from "./frame.ts";
export * from "./json-object.ts";
export { serveEndpoints } from "./serve-endpoints.ts";
export { tokenRefusals, withoutDevice } from "./token-refusals.ts";
