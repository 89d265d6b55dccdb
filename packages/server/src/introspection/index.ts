/**
 * Introspection: what a homeserver is told of the token somebody showed it.
 *
 * Owns the endpoint, its shared secret and the shape of the answer. Leaves to sessions which tokens count.
 *
 * Flow: secret -> form -> `authenticate` -> answer in both scope namings, or exactly `{"active":false}`.
 */

export { introspectionAnswer } from "./answer.ts";
export { createIntrospection } from "./handler.ts";
export { introspectionSecret } from "./secret.ts";
