/**
 * How many rows one statement of clean-up deletes at most: others write in between, and wait for a few milliseconds.
 * Rows are spread over the tables, so each takes several pages to disk.
 */
export const rowsPerBatch = 100;

/** How many rows one statement of clean-up looks at, about: most of them may have to stay. */
export const rowsPerLook = 1_000;
