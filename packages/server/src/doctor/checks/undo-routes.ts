import { besideSynapse, type Check } from "../finding.ts";
import { get, type Question } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { type Guarded, judgeDoor } from "./guarded.ts";
import { allDoors } from "./questions.ts";

const releases = ["v3", "r0", "unstable"].map((release) => `_matrix/client/${release}`);
const secrets = ["m.secret_storage.default_key", "m.cross_signing.master", "m.megolm_backup.v1"];
const past = "what apps remove before a reset gets past the guard, and is gone when the reset is refused";
const unseen = "whether what apps remove before a reset gets past the guard";
const named = (question: Question) => ({ question, isNamed: true });

const versionsAndSecrets: Guarded = {
	...{ rule: "undo", past, unseen },
	asked: (door, { serverName }) => {
		const person = encodeURIComponent(`@countersign.doctor:${serverName}`);
		return [
			...releases.map((client) => `${client}/room_keys/version`),
			"_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device",
			...releases.map((client) => `${client}/user/${person}/account_data/${secrets[0]}`),
			...secrets.slice(1).map((type) => `${releases[0]}/user/${person}/account_data/${type}`),
		].map((path) => named(get(door, path)));
	},
};

/** Nobody asks in anybody's name, so that nothing is deleted, whoever it is that answers. */
const messageKeys: Guarded = {
	...{ rule: "undo-keys", past, unseen },
	asked: (door) =>
		releases.map((client) => named({ ...get(door, `${client}/room_keys/keys?version=0`), method: "DELETE" })),
};

const both = [versionsAndSecrets, messageKeys];

export const undoRoutes: Check = besideSynapse({
	id: "undo-routes",
	promise: "what apps remove before a reset passes the guard, and comes back when it is refused",
	// A way that leads past the guard altogether is named there.
	after: ["server", "homeserver-public-base", "guarded-uploads"],
	asks: (setup: SynapseSetup) =>
		both.flatMap((guarded) =>
			allDoors(setup).flatMap((door) => guarded.asked(door, setup).map(({ question }) => question)),
		),
	judge: ({ setup, reply }) =>
		setup.homeserver.guard
			? both.flatMap((guarded) =>
					allDoors(setup).flatMap((door) => judgeDoor(guarded, door, { setup, reply })),
				)
			: undefined,
});
