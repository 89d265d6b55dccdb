/** What a count is called, how many it allows, and within how many seconds. */
export type LimitRow = readonly [name: string, points: number, seconds: number];

/** Of an address; an IPv6 /56 has four times, a /48 sixteen times as much. */
export const ofAddresses: readonly LimitRow[] = [
	["authorize", 120, 60],
	["authorize hour", 1000, 3600],
	["captcha", 60, 60],
	["upstream", 60, 60],
	["upstream answers", 120, 60],
	["client", 60, 60],
	["client secrets", 60, 600],
	["client day", 500, 86_400],
	["device", 60, 60],
	["device day", 1000, 86_400],
	["losses from", 20, 3600],
	["lost factors link", 60, 60],
	["passkeys", 60, 60],
	["password link", 60, 60],
	["place", 60, 60],
	["recovery from", 20, 3600],
	["register", 300, 3600],
	["register day", 1000, 86_400],
	["registration letters from", 20, 3600],
	["user code", 10, 600],
];

/** The same, of what only the embedded homeserver serves. */
export const atEmbedded: readonly LimitRow[] = [
	["rendezvous", 20, 300],
	["rendezvous writes", 120, 60],
];

/** The same, of what is served beside Synapse alone. */
export const besideSynapse: readonly LimitRow[] = [
	["login", 120, 60],
	["sso", 120, 60],
	["sso hour", 1000, 3600],
];
