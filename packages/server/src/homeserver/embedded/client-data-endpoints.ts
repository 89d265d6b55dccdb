import { accountDataEndpoints } from "./account-data.ts";
import type { ClientDataDeps } from "./client-data.ts";
import type { Endpoint } from "./endpoint.ts";
import { filterEndpoints } from "./filters.ts";
import { keyBackupKeyEndpoints } from "./key-backup-keys.ts";
import { keyBackupVersionEndpoints } from "./key-backup-versions.ts";
import { profileEndpoints } from "./profile.ts";
import { slidingSyncEndpoints } from "./sliding-sync/endpoint.ts";
import { startUpEndpoints } from "./start-up.ts";
import { type SyncDeps, syncEndpoints } from "./sync.ts";
import { toDeviceEndpoints } from "./to-device.ts";

/** What a person's apps keep at the homeserver for each other, and how they hear of it. */
export function clientDataEndpoints(deps: ClientDataDeps & SyncDeps): Endpoint[] {
	return [
		...startUpEndpoints(),
		...profileEndpoints(deps),
		...filterEndpoints(deps),
		...accountDataEndpoints(deps),
		...toDeviceEndpoints(deps),
		...keyBackupVersionEndpoints(deps),
		...keyBackupKeyEndpoints(deps),
		...syncEndpoints(deps),
		...slidingSyncEndpoints(deps),
	];
}
