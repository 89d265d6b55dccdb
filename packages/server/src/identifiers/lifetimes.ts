const minute = 60_000;

/** How addresses are confirmed. */
export const addressRules = {
	/** A letter may be held up on its way. */
	codeMs: 30 * minute,
	/** Of a million codes. */
	tries: 5,
	/** Addresses of one account, those included that wait for their code. */
	atMost: 10,
} as const;
