import { openTemporarySqlite } from "../support/storage.ts";
import { eventsContract } from "./events.ts";

eventsContract("SQLite", openTemporarySqlite);
