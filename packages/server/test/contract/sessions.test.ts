import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { sessionsContract } from "./sessions.ts";

sessionsContract(dialect, openTemporaryStorage);
