import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { holdsBesideContract } from "./holds-beside.ts";

holdsBesideContract(dialect, () => openTemporaryStorage("synapse"));
