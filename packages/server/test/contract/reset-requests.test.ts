import { openTemporarySqlite } from "../support/storage.ts";
import { resetRequestsContract } from "./reset-requests.ts";

resetRequestsContract("SQLite", openTemporarySqlite);
