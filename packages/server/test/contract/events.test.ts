import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { eventsContract } from "./events.ts";

eventsContract(dialect, openTemporaryStorage);
