/** How long what is kept here is good for. */
export const lifetimes = {
	/** From the person's yes until the app exchanges the code. RFC 6749 section 4.1.2 recommends at most ten minutes. */
	codeSeconds: 300,
	/** From the app's request until the person's answer, registration of an account included. */
	interactionSeconds: 3600,
	/** For so long the browser that gave an answer gets the same one again: a second press, a reload, a way back. */
	answeredSeconds: 60,
	/** An `id_token` says who signed in just now; nobody keeps it. */
	idTokenSeconds: 300,
	/** From a device's request until the person's answer on another one. Short: the user code can be guessed meanwhile. */
	deviceSeconds: 1200,
	/** From that answer until the device has to have fetched it. */
	linkedSeconds: 300,
} as const;

/** How often a device may ask. RFC 8628 section 3.5. */
export const polling = {
	intervalSeconds: 5,
	/** What asking too soon adds, once for each interval. */
	slowDownSeconds: 5,
	/** More than this no device is slowed down: people wait at it, and what it was told may have got lost. */
	slowestSeconds: 30,
	/** A request that overtook the one before on its way was not sent too soon. */
	toleranceMs: 1000,
} as const;
