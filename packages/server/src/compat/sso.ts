import { createHmac } from "node:crypto";
import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { secretHash } from "../secrets/index.ts";
import { ssoLifetimes } from "./lifetimes.ts";
import type { CompatUnit, SsoRequest } from "./ports.ts";
import { redirectTarget, withLoginToken } from "./redirect-url.ts";

/** Signing in through this site, for apps that cannot do it themselves. */
export interface Sso {
	/** Keeps the request for 30 minutes and returns its id. */
	begin(asked: Pick<SsoRequest, "redirectUrl" | "action">): Promise<string>;
	/** The request that waits for the person's decision; undefined once it was decided or is too old. */
	pending(id: string): Promise<PendingSso | undefined>;
	/**
	 * The person agrees: makes a login token that is good once, for 30 seconds. Undefined where the request is over, or was
	 * answered in another browser. `signed-out`: this browser was, meanwhile, and nothing is answered. What was answered
	 * already in this browser is answered the same again.
	 */
	approve(id: string, by: SsoPerson): Promise<SsoAnswer | "signed-out" | undefined>;
	/** The person refuses. Undefined, `signed-out` and repeated as above. */
	deny(id: string, by: SsoPerson): Promise<SsoAnswer | "signed-out" | undefined>;
	/** What this browser answered in the last minute. */
	answered(id: string, by: { readonly browser: string }): Promise<SsoAnswer | undefined>;
	/** Whose account a login token opens now, and the stay elsewhere of the browser that said so; nothing is spent. */
	findApproved(
		loginToken: string,
	): Promise<{ readonly accountId: AccountId; readonly stay?: string } | undefined>;
	/** Spends a login token in the transaction that opens the session: true for exactly one caller. */
	spend(unit: CompatUnit, loginToken: string): Promise<boolean>;
}

/** Who answers, as they were found signed in. */
interface SsoPerson {
	readonly accountId: AccountId;
	readonly generation: number;
	readonly browser: string;
}

/** An answer that was given, for the browser that gave it. */
export type SsoAnswer =
	| { readonly decision: "refused" }
	/** `url` takes the login token to the app; `used`: the app has exchanged it. */
	| { readonly decision: "granted"; readonly url: string; readonly used: boolean };

interface PendingSso extends SsoRequest {
	/** For the policy of the page whose form leads there: an origin, or `scheme:`. */
	readonly redirectTarget: string;
}

export function createSso<Unit extends CompatUnit>(deps: {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** 32 bytes, for nothing else; login tokens are made under it. */
	readonly secretKey: Uint8Array;
}): Sso {
	const { storage, clock, random, secretKey } = deps;
	const answered: Sso["answered"] = async (id, { browser }) => {
		const now = clock();
		const since = now - ssoLifetimes.answeredMs + 1;
		const found = await storage.read.ssoRequests.findAnswered({ id, browser, since });
		if (found === undefined) return undefined;
		if (found.state === "denied") return { decision: "refused" };
		const used = found.state === "spent";
		// Nobody can exchange it any more: the request is over.
		if (!used && found.expiresAt <= now) return undefined;
		const url = withLoginToken(found.redirectUrl, loginTokenOf(id, secretKey));
		return { decision: "granted", url, used };
	};
	/** What a person says to a request, unless this browser was signed out meanwhile. */
	const answer = async (
		id: string,
		by: SsoPerson,
		write: (unit: CompatUnit, now: number) => Promise<unknown>,
	) => {
		const now = clock();
		const isThere = await storage.write(async (unit) => {
			if (!(await unit.browserSessions.isSignedIn(by, now))) return false;
			await write(unit, now);
			return true;
		});
		return isThere ? answered(id, by) : "signed-out";
	};
	return {
		answered,

		async begin(asked) {
			const id = random.token();
			const createdAt = clock();
			const expiresAt = createdAt + ssoLifetimes.pendingMs;
			await storage.write((unit) => unit.ssoRequests.add({ ...asked, id, createdAt, expiresAt }));
			return id;
		},

		async pending(id) {
			const found = await storage.read.ssoRequests.findPending(id, clock());
			return found && { ...found, redirectTarget: redirectTarget(found.redirectUrl) };
		},

		approve: (id, by) =>
			answer(id, by, ({ ssoRequests }, now) => {
				const loginTokenHash = secretHash(loginTokenOf(id, secretKey));
				const expiresAt = now + ssoLifetimes.loginTokenMs;
				return ssoRequests.approve({ id, ...by, now, loginTokenHash, expiresAt });
			}),

		deny: (id, by) =>
			answer(id, by, ({ ssoRequests }, now) => ssoRequests.deny({ id, browser: by.browser, now })),

		findApproved: (loginToken) => storage.read.ssoRequests.findApproved(secretHash(loginToken), clock()),

		spend: (unit, loginToken) => unit.ssoRequests.spend(secretHash(loginToken), clock()),
	};
}

/**
 * The login token that a yes to this request makes, derived under the server's own key: the same yes always gives the
 * same token, and none is in the database.
 */
function loginTokenOf(id: string, secretKey: Uint8Array): string {
	return createHmac("sha256", secretKey).update(`countersign login token\n${id}`).digest("base64url");
}
