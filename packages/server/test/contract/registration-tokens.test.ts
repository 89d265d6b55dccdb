import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { registrationTokensContract } from "./registration-tokens.ts";

registrationTokensContract(dialect, openTemporaryStorage);
