/**
 * What a program on the person's own machine needs beside `@countersign/client`: signing in by a redirect to a
 * listener on the loopback interface, and files for what has to outlive a crash.
 *
 * Owns the listener (one path, one sign-in, always closed), the sign-in built on it, and the files of a reset that is
 * under way and of tokens that several programs share, with the lock and the whole writing they are made of. Leaves to the caller: opening the URL, and whom the files are
 * for. Needs Node; nothing else in this package does.
 *
 * Flow: listen -> register -> present(URL) -> redirect with code -> exchange -> tokens.
 */
export { withFileLock } from "./file-lock.ts";
export { type LoopbackLoginOptions, loginByLoopback } from "./login-by-loopback.ts";
export type { LoopbackFlow } from "./loopback-flow.ts";
export { filePendingStore } from "./pending-file.ts";
export { type LoopbackStepUpOptions, stepUpByLoopback } from "./step-up-by-loopback.ts";
export { type TokenFile, tokenFile } from "./token-file.ts";
export { replaceFile } from "./whole-file.ts";
