declare const brand: unique symbol;

/** An account's: opaque and stable, the OAuth `sub`. Not a name that anybody types. */
export type AccountId = string & { readonly [brand]: "AccountId" };

/**
 * The one place where text becomes an account's id: when an account is made, and where its id comes back as text that
 * this server wrote. It checks nothing, so it is not for what people or apps send.
 */
export function asAccountId(text: string): AccountId {
	return text as AccountId;
}
