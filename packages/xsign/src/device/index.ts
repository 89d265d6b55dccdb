/**
 * The device that `xsign` is: its session at the homeserver and its crypto.
 *
 * Owns the crypto store (matrix-sdk-crypto in an IndexedDB that is written to a file), the tokens, and the order of
 * the two: nothing that depends on a key is sent before that key is on the disk. Leaves to the commands what is done
 * with it.
 */
export { type Device, lookAtDevice, withDevice } from "./device.ts";
