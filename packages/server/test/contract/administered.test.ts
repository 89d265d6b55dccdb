import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { administeredContract } from "./administered.ts";

administeredContract(dialect, openTemporaryStorage);
