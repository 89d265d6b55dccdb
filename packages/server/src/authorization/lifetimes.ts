/** How long what the engine keeps is good for. */
export const lifetimes = {
	/** From the person's yes until the app exchanges the code. RFC 6749 section 4.1.2 recommends at most ten minutes. */
	codeSeconds: 300,
	/** From the app's request until the person's answer, registration of an account included. */
	interactionSeconds: 3600,
	/** An `id_token` says who signed in just now; nobody keeps it. */
	idTokenSeconds: 300,
} as const;
