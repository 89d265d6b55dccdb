/**
 * Undo: what an app takes away on the way to a reset comes back unless the reset happens.
 *
 * Owns what is held, from when and for whom, when it is put back, kept or dropped, and which account data count. Leaves
 * to the homeserver how its data are hidden and put back, and to claim what becomes of the request.
 */
export {
	type Holds,
	holdLifetimes,
	isTaken,
	type KeptHold,
	type OpenHold,
	type TakenVersions,
	versionsTaken,
} from "./hold.ts";
export {
	backupType,
	defaultKeyType,
	holdSecrets,
	isSwitchedOff,
	markTypes,
	mostHeldBytes,
	mostOpeningBytes,
	openingTypes,
	readOpening,
	takesAway,
} from "./secrets.ts";
export {
	asideUntil,
	dropOver,
	type HoldUnit,
	holdBack,
	isQuiet,
	noteWanted,
	recordPutBack,
	settleHold,
	type Throttled,
} from "./settle.ts";
