declare const brand: unique symbol;

/** An account's: opaque and stable, the OAuth `sub`. Not a name that anybody types. */
export type AccountId = string & { readonly [brand]: "AccountId" };
/** An OAuth session's, and with it a device's: who has it has nothing. Not the UIA session of an upload. */
export type SessionId = string & { readonly [brand]: "SessionId" };

/**
 * The one place where text becomes an account's id: when an account is made, and where its id comes back as text that
 * this server wrote. It checks nothing, so it is not for what people or apps send.
 */
export function asAccountId(text: string): AccountId {
	return text as AccountId;
}

/** The same for sessions, when one is opened. @see asAccountId */
export function asSessionId(text: string): SessionId {
	return text as SessionId;
}
