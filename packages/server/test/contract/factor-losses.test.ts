import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { factorLossesContract } from "./factor-losses.ts";

factorLossesContract(dialect, openTemporaryStorage);
