import type { RateLimiterAbstract } from "rate-limiter-flexible";

/**
 * A count of attempts by key: so many `points` within so many seconds (`duration`) of the first. Counts under one
 * `keyPrefix` are one count wherever it is kept.
 */
export type NewRateLimiter = (limit: {
	readonly keyPrefix: string;
	readonly points: number;
	readonly duration: number;
}) => RateLimiterAbstract;
