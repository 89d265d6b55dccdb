/**
 * Signing in, in the way a server has and a person can.
 *
 * Owns the ways: a code that is typed in a browser anywhere, a browser on this machine, a password, a token that is
 * there already. Leaves keeping the session to the command `login`.
 */
export { adoptToken } from "./adopt-token.ts";
export { signInByOAuth } from "./by-oauth.ts";
export { signInByPassword } from "./by-password.ts";
export type { SignedIn } from "./signed-in.ts";
