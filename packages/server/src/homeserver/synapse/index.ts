/**
 * Synapse: an unmodified Synapse as the homeserver, with this server in the place of its authentication service.
 *
 * Owns every request to Synapse and what each answer means, what it has to be told and how, and the devices that were
 * made there. Leaves to others: when it is told (tasks), tokens (sessions), accounts (people), whether keys may be
 * replaced (core), and the uploads that apps send to Synapse (guard).
 *
 * Flow: what a request waits for is asked at once; the rest is a task in the transaction of its cause, delivered after it.
 */
export { appServiceTokens, registrationFile } from "./app-service.ts";
export { createClientApi } from "./client-api.ts";
export { createForeignUploads, createGuardedSynapse, createHandOn } from "./guarded.ts";
export { createSynapseHomeserver } from "./homeserver.ts";
export { synapseRetention } from "./retention.ts";
export { createSettleHeld } from "./settle-held.ts";
