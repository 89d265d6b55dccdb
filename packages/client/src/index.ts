/**
 * The client's side of signing in to a Matrix homeserver over OAuth 2.0, and of replacing cross-signing keys.
 *
 * Owns requests, the judgement of their answers, and the wait for an approval. Every exchange is a pair:
 * `xRequest` sends and returns the `Response`, `processXResponse` judges it; the functions that join several steps
 * (`discoverX`, `createTokenHolder`, `uploadWithApproval`) are made of them. Everything that can go wrong outside is
 * a `CountersignClientError` with a stable code.
 * Leaves to others: keys of messages, storing tokens, opening URLs, and the loopback listener
 * (`@countersign/client/node`). The words of the wire are those of `@countersign/protocol`.
 *
 * Flow: discover -> register -> authorize in the browser -> exchange the code -> hold tokens -> upload keys. Without a
 * browser: discover -> `loginByDeviceGrant` -> hold tokens. A whole new identity: `prepareIdentityReset`.
 */
export type { Asked } from "./approval.ts";
export * from "./authorization.ts";
export * from "./browser.ts";
export {
	type DeviceAuthorization,
	type DeviceTokenAnswer,
	type DeviceTokenExchange,
	deviceAuthorizationRequest,
	deviceTokenRequest,
	processDeviceAuthorizationResponse,
	processDeviceTokenResponse,
} from "./device-grant.ts";
export * from "./device-signing.ts";
export * from "./discovery.ts";
export * from "./errors.ts";
export * from "./identity-reset/index.ts";
export * from "./login-by-device-grant.ts";
export * from "./new-session.ts";
export * from "./oauth-metadata.ts";
export { createDeviceId, createPkce, createState, type Pkce } from "./pkce.ts";
export { type Clock, type Fetch, type Jitter, type Sleep, systemClock } from "./platform.ts";
export * from "./registration.ts";
export * from "./revocation.ts";
export * from "./token.ts";
export * from "./token-holder.ts";
export type { RequestOptions } from "./transport.ts";
export * from "./upload-with-approval.ts";
