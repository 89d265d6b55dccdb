import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { keptDevicesContract } from "./kept-devices.ts";

keptDevicesContract(dialect, openTemporaryStorage);
