/**
 * Replacing a person's cryptographic identity so that nothing is lost when it does not come to its end.
 *
 * Owns the order of steps, the record that survives a crash, the new secrets while they are nobody else's, and what a
 * reset writes to the homeserver: keys, secret storage, backup. What is touched of the app is in `ports.ts`.
 * `verification/` is how another device vouches for this one, in place of a reset; `vouch.ts` how this one vouches for
 * another.
 * Leaves to others: the approval itself (`../upload-with-approval.ts`), tokens, and keys of messages.
 *
 * Flow: prepare (new keys, made beside the app's crypto, written down) -> upload -> approval -> the same upload ->
 * import -> sign the device -> the person keeps the recovery key -> secret storage -> new backup -> the old one goes,
 * if asked -> a dehydrated device of the old identity goes, or is replaced. Before each step the homeserver is looked at, and `nextStep` decides.
 */
export { IdentityResetError, type ResetErrorDetails } from "./errors.ts";
export {
	type Caller,
	callerFor,
	type HomeserverAnswer,
	type HomeserverCall,
	type HomeserverSession,
} from "./homeserver.ts";
export type { SecretsBundle } from "./identity.ts";
export { indexedDbPendingStore } from "./indexed-db-store.ts";
export {
	type JsSdkClient,
	type JsSdkCryptoApi,
	jsSdkCrypto,
	jsSdkSession,
	type SafeResetOptions,
	safeResetEncryption,
} from "./js-sdk-crypto.ts";
export { memoryPendingStore } from "./memory-store.ts";
export type { ResetStep } from "./next-step.ts";
export type {
	BackupAccess,
	DehydratedRenewal,
	IdentityCrypto,
	PendingStore,
	PostKeys,
	RoomKey,
} from "./ports.ts";
export {
	type IdentityReset,
	prepareIdentityReset,
	type ResetWishes,
	resumeIdentityReset,
} from "./prepare.ts";
export { type RestoreOptions, type RestoreOutcome, restoreIdentity } from "./restore.ts";
export {
	type KeptMessagesOptions,
	type KeptPage,
	type OldMessagesOptions,
	type RoomKeysProgress,
	type RoomKeysRestored,
	restoreKeptMessages,
	restoreOldMessages,
} from "./room-keys/index.ts";
export {
	type HeldSecrets,
	type RotationOptions,
	type RotationOutcome,
	rotateRecoveryKey,
} from "./rotate-recovery.ts";
export type { ResetOutcome, ResetParts, RunOptions } from "./run.ts";
export { describeStatus, type IdentityStatus, identityStatus } from "./status.ts";
export type { RecoverySecret } from "./storage-secret.ts";
export * from "./verification/index.ts";
export { type VouchOptions, vouchForDevice } from "./vouch.ts";
export { type MachineRequest, type WasmMachine, type WasmModule, wasmCrypto } from "./wasm-crypto.ts";
export type { WasmDehydratedDevices, WasmDehydration } from "./wasm-dehydrated-device.ts";
