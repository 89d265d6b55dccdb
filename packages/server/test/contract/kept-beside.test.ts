import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { keptBesideContract } from "./kept-beside.ts";

keptBesideContract(dialect, () => openTemporaryStorage("synapse"));
