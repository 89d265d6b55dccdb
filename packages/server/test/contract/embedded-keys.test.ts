import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { embeddedKeysContract } from "./embedded-keys.ts";

embeddedKeysContract(dialect, openTemporaryStorage);
