import { auditRetention } from "./audit/index.ts";
import { authorizationRetention } from "./authorization/index.ts";
import { compatRetention } from "./compat/index.ts";
import { uploadsRetention } from "./device-signing/index.ts";
import { embeddedRetention } from "./homeserver/embedded/index.ts";
import { synapseRetention } from "./homeserver/synapse/index.ts";
import { identifiersRetention } from "./identifiers/index.ts";
import type { Retention } from "./jobs/index.ts";
import { lostFactorsRetention } from "./lost-factors/index.ts";
import { movingRetention } from "./moving/index.ts";
import { noticesRetention } from "./notices/index.ts";
import { passwordLinksRetention } from "./password-links/index.ts";
import { peopleRetention } from "./people/index.ts";
import { proofsRetention } from "./proofs/index.ts";
import { registrationTokensRetention } from "./registration-tokens/index.ts";
import { sessionsRetention } from "./sessions/index.ts";
import { storageRetention, type Unit } from "./storage/index.ts";
import { upstreamRetention } from "./upstream/index.ts";

/**
 * What is kept for how long, as the owner of each table says: all tables there are, which the test beside this holds
 * against the database. Whoever refers to rows of another comes before it; `docs/retention.md` gives the reasons.
 */
export const retention: readonly Retention<Unit>[] = [
	upstreamRetention,
	peopleRetention,
	proofsRetention,
	passwordLinksRetention,
	lostFactorsRetention,
	identifiersRetention,
	registrationTokensRetention,
	noticesRetention,
	compatRetention,
	embeddedRetention,
	uploadsRetention,
	sessionsRetention,
	synapseRetention,
	authorizationRetention,
	movingRetention,
	auditRetention,
	storageRetention,
];
