import { openTemporarySqlite } from "../support/storage.ts";
import { sessionsContract } from "./sessions.ts";

sessionsContract("SQLite", openTemporarySqlite);
