import { openTemporarySqlite } from "../support/storage.ts";
import { tokensContract } from "./tokens.ts";

tokensContract("SQLite", openTemporarySqlite);
