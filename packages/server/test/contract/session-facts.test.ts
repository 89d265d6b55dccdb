import { openTemporarySqlite } from "../support/storage.ts";
import { sessionFactsContract } from "./session-facts.ts";

sessionFactsContract("SQLite", openTemporarySqlite);
