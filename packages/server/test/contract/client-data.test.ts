import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { clientDataContract } from "./client-data.ts";

clientDataContract(dialect, openTemporaryStorage);
