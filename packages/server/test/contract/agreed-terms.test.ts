import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { agreedTermsContract } from "./agreed-terms.ts";

agreedTermsContract(dialect, openTemporaryStorage);
