/** What the operator sets of how sessions live. */
export interface SessionRules {
	/** How long an access token lasts that is renewed. */
	readonly accessSeconds: number;
	/** How long an app may go without a use before it is signed out. Default: as long as it likes. */
	readonly idleMs?: number | undefined;
	/** How long after its sign-in an app has to sign in again. Default: never. */
	readonly ageMs?: number | undefined;
	/** On how many devices a person may be signed in. Default: on as many as the homeserver takes. */
	readonly devicesAtMost?: number | undefined;
	/** On how many with one app, by its client; those of the older login API are one. Default: on as many as there may be. */
	readonly devicesPerApp?: number | undefined;
	/**
	 * What becomes of one more than that: it is refused, or the device that was unused for longest gives way, if that is a
	 * week. Default: it is refused.
	 */
	readonly whenFull?: "refuse" | "longest-unused" | undefined;
}

/** Short access tokens, because homeservers may believe a revoked one for two minutes more. */
export const usualRules: SessionRules = { accessSeconds: 300 };
