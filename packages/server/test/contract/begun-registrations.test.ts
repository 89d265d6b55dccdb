import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { begunRegistrationsContract } from "./begun-registrations.ts";

begunRegistrationsContract(dialect, openTemporaryStorage);
