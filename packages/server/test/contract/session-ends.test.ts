import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { sessionEndsContract } from "./session-ends.ts";

sessionEndsContract(dialect, openTemporaryStorage);
