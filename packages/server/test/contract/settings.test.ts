import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { settingsContract } from "./settings.ts";

settingsContract(dialect, openTemporaryStorage);
