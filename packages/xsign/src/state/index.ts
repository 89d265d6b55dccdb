/**
 * What `xsign` keeps: one folder for each account, mode 0700, its files 0600.
 *
 * Owns the names of the files, the lock that lets one program at a time change them, and their reading. Leaves what is
 * in the crypto store to `../device/`.
 */
export { openStateFolder, type StateFolder, stateFolderOf } from "./folder.ts";
export { forgetSession, readSession, type Session, writeSession } from "./session.ts";
export { readWishes, type Wishes, writeWishes } from "./wishes.ts";
