/**
 * A page of documentation that a test does word by word.
 *
 * Owns what of a page is done (`sh`), written into a file (`js`, whose first line names it) or expected to be said
 * (`text`, of what was done before it), and when what is said is what is shown. Leaves to the test who answers questions.
 */
export { type Deed, readDeeds } from "./deeds.ts";
export { differences } from "./differences.ts";
