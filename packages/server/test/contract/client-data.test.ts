import { openTemporarySqlite } from "../support/storage.ts";
import { clientDataContract } from "./client-data.ts";

clientDataContract("SQLite", openTemporarySqlite);
