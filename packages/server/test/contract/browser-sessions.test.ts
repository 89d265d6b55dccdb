import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { browserSessionsContract } from "./browser-sessions.ts";

browserSessionsContract(dialect, openTemporaryStorage);
