/**
 * Compat: sign-in for apps that know the login API from before OAuth, beside a homeserver that leaves it to us. Its
 * `/logout` is served before the embedded homeserver too, where it is all there is of this API.
 *
 * Owns `/login`, `/refresh` and `/logout` of the client-server API under every version's prefix, in Matrix's own
 * shapes and errors, and the requests of apps that send a browser here to sign in.
 * Leaves to others: passwords and their limiter (people), sessions, devices and tokens (sessions), the page that asks
 * the person (account).
 *
 * Flow: password -> session. Or: redirect -> request -> the page approves -> login token, once, 30 s -> session.
 */
export { createCompatRoutes, createLogoutRoutes } from "./create.ts";
export type * from "./ports.ts";
export { isPlainHttp, type RedirectSite, redirectSite } from "./redirect-url.ts";
export { compatRetention } from "./retention.ts";
export { createSso, type Sso, type SsoAnswer } from "./sso.ts";
