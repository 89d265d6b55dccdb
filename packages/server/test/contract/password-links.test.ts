import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { passwordLinksContract } from "./password-links.ts";

passwordLinksContract(dialect, openTemporaryStorage);
