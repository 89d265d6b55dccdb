import { openTemporarySqlite } from "../support/storage.ts";
import { embeddedKeysContract } from "./embedded-keys.ts";

embeddedKeysContract("SQLite", openTemporarySqlite);
