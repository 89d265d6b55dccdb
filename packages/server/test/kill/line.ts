import { isClientError, processRefreshResponse, refreshRequest } from "@countersign/client";
import type { OAuthMetadata } from "@countersign/protocol";
import type { FormBrowser } from "../support/form-browser.ts";
import { type Answer, call, type LoggedInDevice } from "../support/server.ts";

/**
 * One thing that goes on across kills. A step is a few requests; what the server acknowledged is remembered before
 * the next request leaves, so that whatever is remembered has to be there after the kill.
 */
export interface Line {
	readonly name: string;
	/** Does one thing more. Rejects with `isGone` when the server dies meanwhile. */
	step(): Promise<void>;
	/** Looks for all that was acknowledged since the last time; with `everything`, ever. Fails on what is missing. */
	verify(everything: boolean): Promise<void>;
	/** How many things were acknowledged so far. */
	count(): number;
}

/** A person with a browser, and an app that they signed in with it. */
export interface SignedIn {
	readonly browser: FormBrowser;
	readonly device: LoggedInDevice;
}

export function localpartOf({ userId }: LoggedInDevice): string {
	return userId.slice(1, userId.indexOf(":"));
}

/** Whether this is what a request ends with when nobody is there to answer it any more. */
export function isGone(error: unknown): boolean {
	return isClientError(error, "network") || (error instanceof TypeError && error.cause instanceof Error);
}

/** What was acknowledged, with the mark of what was looked for already. */
export function createLedger<Fact>() {
	const facts: Fact[] = [];
	let verified = 0;
	return {
		add: (fact: Fact) => void facts.push(fact),
		count: () => facts.length,
		async verify(everything: boolean, look: (fact: Fact) => Promise<void>): Promise<void> {
			for (const fact of facts.slice(everything ? 0 : verified)) await look(fact);
			verified = facts.length;
		},
	};
}

/**
 * A device whose tokens are renewed; only tokens that arrived are remembered.
 *
 * @param homeserver where that is another one than the server that hands out tokens
 */
export function createHolder(
	metadata: OAuthMetadata,
	device: LoggedInDevice,
	homeserver: string = metadata.issuer,
) {
	let { accessToken, refreshToken } = device;
	let [spent, lastSpent] = ["", ""];
	return {
		device,
		/** A refresh token whose successor was used as well. */
		longSpent: () => lastSpent,
		accessToken: () => accessToken,
		/** The same at another address. */
		at: (base: string, request: { readonly method: string; readonly path: string }): Promise<Answer> =>
			call(base, accessToken, request),
		call: (method: string, path: string, body?: unknown): Promise<Answer> =>
			call(homeserver, accessToken, { method, path, body }),
		async refresh(): Promise<void> {
			const { clientId } = device;
			const answer = await processRefreshResponse(await refreshRequest(metadata, { clientId, refreshToken }));
			if (answer.refreshToken === undefined) throw new Error("no refresh token was issued");
			[lastSpent, spent] = [spent, refreshToken];
			({ accessToken, refreshToken } = { ...answer, refreshToken: answer.refreshToken });
		},
	};
}

export type Holder = ReturnType<typeof createHolder>;
