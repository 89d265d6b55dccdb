import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { engineRecordsContract } from "./engine-records.ts";

engineRecordsContract(dialect, openTemporaryStorage);
