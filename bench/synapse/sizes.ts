/** How much of everything is done. */
export interface Sizes {
	/** Accounts that Synapse is told of. */
	readonly people: number;
	/** Calls straight to Synapse that each round of the outbox is compared with. */
	readonly calls: number;
	/** Rounds of introspection. */
	readonly rounds: number;
	/** People who came through the pages, and how often each of them does what the guard sees. */
	readonly approvers: number;
	readonly each: number;
	/** Codes exchanged; below what one address may ask for in a minute. */
	readonly codes: number;
	/** Devices signed out while Synapse is away. */
	readonly removals: number;
	/** How long it stays away after the last of them. */
	readonly awayMs: number;
	/** Messages with and without an application service. */
	readonly messages: number;
	/** Further messages that an application service finds when it is registered. */
	readonly oldMessages: number;
}

/** An approver asks 16 times, and once before: a session may 20 times an hour. */
export const full: Sizes = {
	...{ people: 10_000, calls: 200, rounds: 5, approvers: 25, each: 16, codes: 80 },
	...{ removals: 1_000, awayMs: 10_000, messages: 200, oldMessages: 1_000 },
};

export const quick: Sizes = {
	...{ people: 400, calls: 50, rounds: 1, approvers: 5, each: 8, codes: 24 },
	...{ removals: 100, awayMs: 1_000, messages: 40, oldMessages: 100 },
};
