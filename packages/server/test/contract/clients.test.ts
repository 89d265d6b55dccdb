import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { clientsContract } from "./clients.ts";

clientsContract(dialect, openTemporaryStorage);
