import { openTemporarySqlite } from "../support/storage.ts";
import { accountsContract } from "./accounts.ts";

accountsContract("SQLite", openTemporarySqlite);
