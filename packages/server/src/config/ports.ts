/** Milliseconds since 1970. Passed in, so that tests can hold the time. */
export type Clock = () => number;

/** Unpredictable values from the operating system. */
export interface Random {
	bytes(count: number): Uint8Array;
	/** Base64url text of that many random bytes, 24 by default. */
	token(bytes?: number): string;
}
