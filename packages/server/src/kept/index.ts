/**
 * Kept: what an approved reset leaves for some days, for its person alone.
 *
 * Owns who may read it, for how long, and that the person can drop it sooner. Leaves to core when something is kept and
 * when it is dropped by itself, to the homeserver where the message keys are, and to account the page.
 *
 * Flow: the person lets one of their apps read, at the page -> that app reads, with its own token -> it moves the
 * message keys by the old recovery key, which never comes here.
 */
export { createKept, type Kept } from "./kept.ts";
export { createReadKeptRoutes } from "./read-kept.ts";
