import type { SynapsePlace, SynapseSource, SynapseTarget } from "../../moving/ports.ts";
import { isHeldOpen } from "./open-synapse.ts";
import { isPostgresInUse } from "./source-postgres.ts";
import { openPostgresSource, openPostgresTarget } from "./synapse-postgres.ts";
import { openSqliteSource, openSqliteTarget } from "./synapse-sqlite.ts";

/** Opens Synapse's database to be read and never written. Throws `SourceUnusable`. */
export async function openSynapseSource(place: SynapsePlace): Promise<SynapseSource> {
	return place.kind === "sqlite" ? openSqliteSource(place.file) : openPostgresSource(place);
}

/** Opens the database of a stopped Synapse to be written. Throws `SourceUnusable`. */
export async function openSynapseTarget(place: SynapsePlace): Promise<SynapseTarget> {
	return place.kind === "sqlite" ? openSqliteTarget(place.file) : openPostgresTarget(place);
}

/** Whether Synapse, or a worker of it, has its database open. */
export async function isSynapseRunning(place: SynapsePlace): Promise<boolean> {
	return place.kind === "sqlite" ? isHeldOpen(place.file) : isPostgresInUse(place);
}

export { openMasSource, openMasTarget } from "./mas-postgres.ts";
export { isPostgresInUse as isMasRunning } from "./source-postgres.ts";
