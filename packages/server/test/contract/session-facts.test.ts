import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { sessionFactsContract } from "./session-facts.ts";

sessionFactsContract(dialect, openTemporaryStorage);
