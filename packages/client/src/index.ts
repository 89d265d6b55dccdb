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
 * browser: discover -> `loginByDeviceGrant` -> hold tokens; in a page: discover -> `startLoginByRedirect` ->
 * `finishLoginByRedirect` -> hold tokens. A whole new identity: `prepareIdentityReset`.
 */
export type {
	MatrixErrorBody,
	OAuthMetadata,
	StepUpOffer,
	UiaAuth,
	UiaChallenge,
	UiaFlow,
} from "@countersign/protocol";
export { keyFingerprint } from "@countersign/protocol";
export type { Asked } from "./approval.ts";
export {
	type AuthorizationRequest,
	authorizationUrl,
	deviceScope,
	type ExpectedCallback,
	processAuthorizationCallback,
} from "./authorization.ts";
export {
	type ApprovalPopup,
	type ApprovalPopupOptions,
	type ApprovalWindow,
	approvalFromPopup,
} from "./browser.ts";
export {
	type DeviceAuthorization,
	type DeviceTokenAnswer,
	type DeviceTokenExchange,
	deviceAuthorizationRequest,
	deviceTokenRequest,
	processDeviceAuthorizationResponse,
	processDeviceTokenResponse,
} from "./device-grant.ts";
export {
	type CrossSigningKeys,
	type DeviceSigningUploadAnswer,
	type DeviceSigningUploadAttempt,
	deviceSigningUploadRequest,
	processDeviceSigningUploadResponse,
	type SerializedKeys,
	serializeKeys,
} from "./device-signing.ts";
export {
	type DiscoveredHomeserver,
	discoverHomeserver,
	type HomeserverVersions,
	processVersionsResponse,
	processWellKnownResponse,
	versionsRequest,
	wellKnownRequest,
} from "./discovery.ts";
export {
	type ClientErrorCode,
	type ClientErrorDetails,
	CountersignClientError,
	clientErrorCode,
	isClientError,
} from "./errors.ts";
export * from "./identity-reset/index.ts";
export {
	type DeviceLoginOptions,
	type DeviceLoginPrompt,
	loginByDeviceGrant,
} from "./login-by-device-grant.ts";
export { loginByPassword, type PasswordLogin, type PasswordSession } from "./login-by-password.ts";
export {
	type FinishLoginOptions,
	finishLoginByRedirect,
	type LoginWindow,
	type RedirectedSession,
	type RedirectLoginOptions,
	startLoginByRedirect,
} from "./login-by-redirect.ts";
export type { NewSession } from "./new-session.ts";
export { authMetadataRequest, discoverAuthMetadata, processAuthMetadataResponse } from "./oauth-metadata.ts";
export type { LoginStorage } from "./pending-login.ts";
export { createDeviceId, createPkce, createState, type Pkce } from "./pkce.ts";
export type { Clock, Fetch, Jitter, Sleep } from "./platform.ts";
export {
	type ClientMetadata,
	processRegistrationResponse,
	type Registration,
	registrationRequest,
} from "./registration.ts";
export { processRevocationResponse, type Revocation, revocationRequest } from "./revocation.ts";
export type { PasswordProof } from "./stages.ts";
export {
	authorizationCodeRequest,
	type CodeExchange,
	processAuthorizationCodeResponse,
	processRefreshResponse,
	type Refresh,
	refreshRequest,
	type TokenAnswer,
} from "./token.ts";
export {
	createTokenHolder,
	type SessionTokens,
	type TokenHolder,
	type TokenHolderOptions,
} from "./token-holder.ts";
export type { RequestOptions } from "./transport.ts";
export { type UiAuthOptions, uiAuthCallbackFor } from "./ui-auth-callback.ts";
export {
	type ApprovalChallenge,
	type UploadOutcome,
	type UploadWithApprovalOptions,
	uploadWithApproval,
} from "./upload-with-approval.ts";
