import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { holdsContract } from "./holds.ts";

holdsContract(dialect, openTemporaryStorage);
