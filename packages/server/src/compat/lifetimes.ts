/** How long sign-ins by browser live, in milliseconds. */
export const ssoLifetimes = {
	/** As long as somebody may take to find a password, or to register. */
	pendingMs: 30 * 60_000,
	/** The app is waiting for its token: it needs the time of a redirect and one request. */
	loginTokenMs: 30_000,
	/** For so long the browser that gave an answer gets the same one again: a second press, a reload, a way back. */
	answeredMs: 60_000,
} as const;

/** Requests to sign in from one address. Each is kept until it expires, answered or not, and anybody can make them. */
export const ssoRequestLimit = [
	{ name: "sso", points: 120, seconds: 60 },
	{ name: "sso hour", points: 1000, seconds: 3600 },
] as const;

/** Logins from one address, right ones too: each may make a device, and each costs the work of checking a password. */
export const loginLimit = { name: "login", points: 120, seconds: 60 } as const;
