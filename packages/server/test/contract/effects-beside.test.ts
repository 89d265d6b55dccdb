import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { effectsBesideContract } from "./effects-beside.ts";

effectsBesideContract(dialect, () => openTemporaryStorage("synapse"));
