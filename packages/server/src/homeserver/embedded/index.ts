/**
 * The embedded homeserver: as much of the client-server API as a person needs to hold a digital identity, and no rooms.
 *
 * Owns devices (the dehydrated one too), their keys, cross-signing keys and signatures, account data, key backups,
 * messages between devices, sync in both forms, profiles, and where two devices meet to sign one of them in. Leaves to
 * others: tokens (sessions), accounts (people), and whether keys may be replaced (core).
 *
 * Flow: the frame answers CORS, authenticates, reads the body -> an endpoint -> repositories -> whoever waits in
 * sync is woken after the commit.
 */
export { createConnection } from "./connection.ts";
export { createEmbedded } from "./embedded.ts";
export { embeddedRetention } from "./retention.ts";
