import { hash } from "node:crypto";
import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
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
	 * The person agrees: makes a login token that is good once, for 30 seconds. Returns the address that takes it to the
	 * app, to exactly one caller. Undefined where the request is over, or everybody was signed out since `account` was read.
	 */
	approve(
		id: string,
		account: { readonly id: string; readonly generation: number },
	): Promise<string | undefined>;
	/** False where the request was over. */
	deny(id: string): Promise<boolean>;
	/** Whose account a login token opens now; nothing is spent. */
	findApproved(loginToken: string): Promise<string | undefined>;
	/** Spends a login token in the transaction that opens the session: true for exactly one caller. */
	spend(unit: CompatUnit, loginToken: string): Promise<boolean>;
}

interface PendingSso extends SsoRequest {
	/** For the policy of the page whose form leads there: an origin, or `scheme:`. */
	readonly redirectTarget: string;
}

export function createSso<Unit extends CompatUnit>(deps: {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
}): Sso {
	const { storage, clock, random } = deps;
	return {
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

		async approve(id, { id: accountId, generation }) {
			const loginToken = random.token(32);
			const now = clock();
			const approval = { id, accountId, generation, loginTokenHash: hashOf(loginToken), now };
			const expiresAt = now + ssoLifetimes.loginTokenMs;
			const approved = await storage.write((unit) => unit.ssoRequests.approve({ ...approval, expiresAt }));
			return approved && withLoginToken(approved.redirectUrl, loginToken);
		},

		deny: (id) => storage.write((unit) => unit.ssoRequests.deny(id, clock())),

		async findApproved(loginToken) {
			return (await storage.read.ssoRequests.findApproved(hashOf(loginToken), clock()))?.accountId;
		},

		spend: (unit, loginToken) => unit.ssoRequests.spend(hashOf(loginToken), clock()),
	};
}

/** 256 bits of entropy need no salt. */
function hashOf(loginToken: string): string {
	return hash("sha256", loginToken, "base64url");
}
