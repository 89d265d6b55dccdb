import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { slicesContract } from "./slices.ts";

slicesContract(dialect, openTemporaryStorage);
