/**
 * What a program on the person's own machine needs beside `@countersign/client`: signing in by a redirect to a
 * listener on the loopback interface.
 *
 * Owns the listener (one path, one sign-in, always closed) and the sign-in built on it. Leaves to the caller:
 * opening the URL, and keeping the tokens. Needs Node; nothing else in this package does.
 *
 * Flow: listen -> register -> present(URL) -> redirect with code -> exchange -> tokens.
 */
export { type LoopbackLoginOptions, loginByLoopback } from "./login-by-loopback.ts";
