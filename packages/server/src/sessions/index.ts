/**
 * Sessions: one OAuth session is one device.
 *
 * Owns opening and ending sessions, their tokens (form, rotation, reuse) and the record of when they were used.
 * Leaves to others: who may open one (authorization), devices and their keys (homeserver), requests to replace an
 * identity (core), HTTP statuses.
 *
 * Flow: open -> authenticate ... refresh ... -> end. Ending is one transaction: tokens gone, waiting requests
 * withdrawn, the device removed at the homeserver, a line in the security log.
 */
export { lastsAgain } from "./again.ts";
export { authenticateHash, isAccessToken } from "./authenticate.ts";
export { createSessions } from "./create.ts";
export { canStepUp, compatClient, lastingClient, onDevices } from "./device-session.ts";
export { createDueEnds } from "./due-ends.ts";
export { endAdministering, endIssuedAdministering, endSessions } from "./end.ts";
export { endsSoon, expectedEnd, replacedUntil } from "./ends.ts";
export type { Issued } from "./issue-lasting.ts";
export { createLastingTokens, type LastingTokens } from "./lasting.ts";
export { lastingMetadata } from "./lasting-metadata.ts";
export { replacedWithinMs } from "./lifetimes.ts";
export { newDeviceId } from "./new-device-id.ts";
export { createOwnDevices, type OwnDevices } from "./own-devices.ts";
export { createOwnTokens, type OwnTokens, tokensPerPerson } from "./own-tokens.ts";
export type * from "./ports.ts";
export { createRemoveDevice } from "./remove-device.ts";
export { sessionsRetention } from "./retention.ts";
export { type SessionRules, usualRules } from "./rules.ts";
export type * from "./session.ts";
export { drawSuccessorKey, forgetOldKey, readSuccessorKeys } from "./successor-keys.ts";
export { isRefresh, successorOf, tokenHash, tokenKind } from "./token-format.ts";
