const minute = 60_000;

export const upstreamLifetimes = {
	/** For signing in there and coming back. */
	begunMs: 10 * minute,
	/** For choosing a name, once somebody is back. */
	arrivedMs: 60 * minute,
	/** How far the provider's clock may be behind ours. */
	skewMs: 30_000,
	/** Until the provider is asked anew where its endpoints are. */
	discoveredMs: 60 * minute,
} as const;
