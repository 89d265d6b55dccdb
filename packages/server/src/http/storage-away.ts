import { StorageUnavailable } from "@countersign/core";

/** When it is worth asking again: a database that restarts is away for seconds. */
export const retryAfter = { "retry-after": "5" } as const;

export const isStorageAway = (error: unknown): boolean => error instanceof StorageUnavailable;

export const awayInShort = "This server cannot reach its data at the moment. Try again.";
