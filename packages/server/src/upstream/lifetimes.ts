const minute = 60_000;

export const upstreamLifetimes = {
	/** For signing in there and coming back. */
	begunMs: 10 * minute,
	/** For choosing a name, once somebody is back. */
	arrivedMs: 60 * minute,
	/** How far the provider's clock may be behind ours. */
	skewMs: 30_000,
	/** How old a word may be by which somebody was signed out there. */
	wordMs: 5 * minute,
	/** Until keys are asked for again that could not be had. */
	silentMs: 30_000,
	/** How long a stay is known: longer than any browser is signed in by it. Apps that were let in keep it. */
	stayMs: 91 * 24 * 60 * minute,
	/** Until the provider is asked anew where its endpoints are. */
	discoveredMs: 60 * minute,
} as const;
