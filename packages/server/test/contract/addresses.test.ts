import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { addressesContract } from "./addresses.ts";

addressesContract(dialect, openTemporaryStorage);
