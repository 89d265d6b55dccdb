/**
 * Authorization: how an app comes to hold tokens (RFC 6749, RFC 7591, RFC 8414, OpenID Connect Core).
 *
 * Owns `/authorize` and the way back to the app, the token endpoint, the device grant, registration of clients, metadata and
 * signing keys. The engine (oidc-provider) judges requests; what has to be one transaction we do ourselves:
 * an answer makes its code in one commit, and a code is spent in the commit that opens the session.
 * Leaves to others: who somebody is (people), tokens and sessions (sessions), and every page (account).
 *
 * Flow: `/authorize` -> `/interaction/{uid}`, a page that signs in and asks -> `Interactions.grant` -> the app
 * -> `/oauth2/token`. Without a browser: `/oauth2/device` -> `DeviceLinks` on a page
 * elsewhere -> `/oauth2/token`.
 */
export { type Authorization, createAuthorization } from "./create.ts";
export { isEnginePath } from "./pin-request.ts";
export type * from "./ports.ts";
export { authorizationRetention } from "./retention.ts";
export { createRevocationRoute } from "./revocation.ts";
export { createUserinfoRoute } from "./userinfo.ts";
