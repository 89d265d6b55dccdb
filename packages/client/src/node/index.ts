/**
 * What a program on the person's own machine needs beside `@countersign/client`: signing in by a redirect to a
 * listener on the loopback interface, and a file for what has to outlive a crash.
 *
 * Owns the listener (one path, one sign-in, always closed), the sign-in built on it, and the file of a reset that is
 * under way. Leaves to the caller:
 * opening the URL, and keeping the tokens. Needs Node; nothing else in this package does.
 *
 * Flow: listen -> register -> present(URL) -> redirect with code -> exchange -> tokens.
 */
export { type LoopbackLoginOptions, loginByLoopback } from "./login-by-loopback.ts";
export { filePendingStore } from "./pending-file.ts";
