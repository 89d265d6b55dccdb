import { dialect, openOfLocale, openTemporaryStorage } from "../support/storage.ts";
import { holdsContract } from "./holds.ts";

holdsContract(dialect, openTemporaryStorage);
// As most clusters are made: a locale that orders texts as people do, and looks past what is between the words.
if (dialect === "PostgreSQL")
	holdsContract("PostgreSQL of another locale", openOfLocale("en-US-u-ka-shifted"));
