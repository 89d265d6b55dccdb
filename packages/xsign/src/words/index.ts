/**
 * Everything `xsign` says to people, in English.
 *
 * Owns the sentences and the commands they tell to type; `endings.ts` also says with which exit code each error ends.
 * Leaves the help of a command to its own file.
 */
export { adviceWords } from "./advice.ts";
export { type Ending, type EndingCode, endings, exitCodes } from "./endings.ts";
export { networkWords } from "./network.ts";
export { backupStaysWords, doneWords, movedWords, signInWords, stepWords } from "./progress.ts";
