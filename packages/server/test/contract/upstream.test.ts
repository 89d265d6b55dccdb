import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { upstreamContract } from "./upstream.ts";

upstreamContract(dialect, openTemporaryStorage);
