/**
 * Keys of messages: out of a backup, into the app's crypto, and from an old backup into the new one.
 *
 * Owns the cipher of backups and what is downloaded and uploaded of them. Leaves to others which backup is trusted, and
 * how its key was had.
 */
export {
	importRoomKeys,
	type RoomKeysProgress,
	type RoomKeysRestored,
} from "./import-room-keys.ts";
export type { KeptPage } from "./kept-backups.ts";
export { type KeptMessagesOptions, restoreKeptMessages } from "./restore-kept-messages.ts";
export { type OldMessagesOptions, restoreOldMessages } from "./restore-old-messages.ts";
