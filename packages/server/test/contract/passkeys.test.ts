import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { passkeysContract } from "./passkeys.ts";

passkeysContract(dialect, openTemporaryStorage);
