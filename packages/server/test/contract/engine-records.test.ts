import { openTemporarySqlite } from "../support/storage.ts";
import { engineRecordsContract } from "./engine-records.ts";

engineRecordsContract("SQLite", openTemporarySqlite);
