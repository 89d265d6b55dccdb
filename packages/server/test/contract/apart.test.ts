import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { apartContract } from "./apart.ts";

apartContract(dialect, openTemporaryStorage);
