import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { mailTasksContract } from "./mail-tasks.ts";

mailTasksContract(dialect, openTemporaryStorage);
