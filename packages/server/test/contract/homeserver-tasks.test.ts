import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { homeserverTasksContract } from "./homeserver-tasks.ts";

homeserverTasksContract(dialect, () => openTemporaryStorage("synapse"));
