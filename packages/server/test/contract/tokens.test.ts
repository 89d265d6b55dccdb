import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { tokensContract } from "./tokens.ts";

tokensContract(dialect, openTemporaryStorage);
