import { dialect, openOfLocale, openTemporaryStorage } from "../support/storage.ts";
import { holdsContract } from "./holds.ts";
import { keptOpeningContract } from "./kept-opening.ts";

holdsContract(dialect, openTemporaryStorage);
keptOpeningContract(dialect, openTemporaryStorage);
// As most clusters are made: a locale that orders texts as people do, and looks past what is between the words.
if (dialect === "PostgreSQL") {
	const another = openOfLocale("en-US-u-ka-shifted");
	holdsContract("PostgreSQL of another locale", another);
	keptOpeningContract("PostgreSQL of another locale", another);
}
