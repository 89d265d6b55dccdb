import { openTemporarySqlite } from "../support/storage.ts";
import { deviceAuthorizationsContract } from "./device-authorizations.ts";

deviceAuthorizationsContract("SQLite", openTemporarySqlite);
