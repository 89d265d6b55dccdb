import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { rendezvousContract } from "./rendezvous.ts";

rendezvousContract(dialect, openTemporaryStorage);
