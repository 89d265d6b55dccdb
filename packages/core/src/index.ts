/**
 * Core: an approval is for one request.
 *
 * Owns requests to replace a person's cross-signing keys: what a request is bound to, the states it goes through,
 * how long each lasts, and the decision on every upload. Pure: time, randomness, hashing and signature checks are
 * arguments; storage and homeserver implement the ports declared here.
 */

export { acrOfRequest, namesRequest, requestOfAcr } from "./acr-of-request.ts";
export {
	approveRequest,
	type Decision,
	type DecisionOutcome,
	denyRequest,
	reopenRequest,
} from "./claim/decide-request.ts";
export {
	elevateRequest,
	isElevated,
	mayBeElevated,
} from "./claim/elevate-request.ts";
export { isAhead, isFresh, lifetimes, limits } from "./claim/lifetimes.ts";
export * from "./claim/reset-request.ts";
export {
	type Condition,
	changeOf,
	isLiveAt,
	type RequestChange,
	type RequestMove,
	requestAt,
	transitions,
	waitsForObjections,
} from "./claim/transitions.ts";
export { finishSpends } from "./finish-spends.ts";
export type * from "./guarded-homeserver.ts";
export type { GuardedOutcome, GuardUnit } from "./guarded-outcome.ts";
export { createGuardedUpload, type GuardUpload } from "./guarded-upload.ts";
export { HomeserverUnavailable } from "./homeserver.ts";
export { type AccountId, asAccountId, asSessionId, type SessionId } from "./identifiers.ts";
export type * from "./ports.ts";
export { beginSpend, settleSpend } from "./spend.ts";
export { createSpends } from "./spends.ts";
export { StorageUnavailable, type Transactions } from "./transactions.ts";
export { bytesOfUlid, isUlid, ulidOfBytes } from "./ulid.ts";
export {
	asideUntil,
	backupType,
	defaultKeyType,
	dropOver,
	type Holds,
	type HoldUnit,
	holdBack,
	holdLifetimes,
	holdSecrets,
	isQuiet,
	isSwitchedOff,
	isTaken,
	type KeptHold,
	markTypes,
	mostHeldBytes,
	mostOpeningBytes,
	noteWanted,
	type OpenHold,
	openingTypes,
	readOpening,
	recordPutBack,
	settleHold,
	type TakenVersions,
	type Throttled,
	takesAway,
	versionsTaken,
} from "./undo/index.ts";
export { type UploadOutcome, uploadKeys } from "./upload.ts";
