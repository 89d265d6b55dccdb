import type { Kysely } from "kysely";
import type { AdministeredReads } from "../../admin/ports.ts";
import type { Database } from "../database.ts";
import { createAppSessionList } from "./app-sessions.ts";
import { createBrowserList } from "./browsers.ts";
import { createClientList } from "./clients.ts";
import { createEmailList } from "./emails.ts";
import { createRegistrationTokenList } from "./registration-tokens.ts";
import { createUpstreamLinkList } from "./upstream-links.ts";
import { createUserList } from "./users.ts";

/** Every list of the admin API. */
export function createAdministered(db: Kysely<Database>): AdministeredReads {
	return {
		users: createUserList(db),
		emails: createEmailList(db),
		browsers: createBrowserList(db),
		appSessions: createAppSessionList(db),
		clients: createClientList(db),
		registrationTokens: createRegistrationTokenList(db),
		upstreamLinks: createUpstreamLinkList(db),
	};
}
