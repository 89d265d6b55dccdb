import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { accountsContract } from "./accounts.ts";

accountsContract(dialect, openTemporaryStorage);
