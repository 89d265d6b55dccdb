import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { deviceAuthorizationsContract } from "./device-authorizations.ts";

deviceAuthorizationsContract(dialect, openTemporaryStorage);
