import type { AccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import { createDehydratedDevices } from "./dehydrated-devices.ts";
import { createDeviceKeys } from "./device-keys.ts";
import { createDevices } from "./devices.ts";
import { createHomeserverEffects } from "./effects.ts";
import { createFallbackKeys } from "./fallback-keys.ts";
import { createIdentityKeys } from "./identity-keys.ts";
import { createKeySignatures } from "./key-signatures.ts";
import { createOneTimeKeys } from "./one-time-keys.ts";
import { createRendezvous } from "./rendezvous.ts";
import { createKeyChanges, createStream } from "./stream.ts";

/** The repositories of the embedded identity homeserver. */
export function createEmbeddedUnit(db: Kysely<Database>, changed: (accountId: AccountId) => void) {
	const stream = createStream(db, changed);
	const keyChanges = createKeyChanges(db, stream);
	return {
		stream,
		keyChanges,
		devices: createDevices(db),
		dehydratedDevices: createDehydratedDevices(db),
		deviceKeys: createDeviceKeys(db),
		oneTimeKeys: createOneTimeKeys(db, stream),
		fallbackKeys: createFallbackKeys(db),
		keys: createIdentityKeys(db, keyChanges),
		keySignatures: createKeySignatures(db),
		rendezvous: createRendezvous(db),
		homeserver: createHomeserverEffects(db, keyChanges),
	};
}
