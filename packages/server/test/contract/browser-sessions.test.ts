import { openTemporarySqlite } from "../support/storage.ts";
import { browserSessionsContract } from "./browser-sessions.ts";

browserSessionsContract("SQLite", openTemporarySqlite);
