import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { resetRequestsContract } from "./reset-requests.ts";

resetRequestsContract(dialect, openTemporaryStorage);
