/** How many rows one statement of clean-up deletes at most: others write in between, and wait for tens of milliseconds. */
export const rowsPerBatch = 1_000;
