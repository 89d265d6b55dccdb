import { openTemporarySqlite } from "../support/storage.ts";
import { clientsContract } from "./clients.ts";

clientsContract("SQLite", openTemporarySqlite);
