import type { AccountId, SessionId, SignedInBrowsers, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { ProofFor } from "../proofs/index.ts";
import { endSessions } from "./end.ts";
import type { SessionsUnit } from "./ports.ts";

interface OwnDevicesUnit extends SessionsUnit {
	readonly browserSessions: SignedInBrowsers;
}

/** What a person does with their devices from a browser: nothing of it without proof that it is them. */
export interface OwnDevices {
	/** False when it was ended before, is somebody else's, or the browser was signed out meanwhile. */
	signOut(ending: {
		readonly sessionId: SessionId;
		readonly proof: ProofFor<"sign-out-device">;
		readonly address: string;
	}): Promise<boolean>;
	/**
	 * Ends every session of the person. Whatever they agreed to before and that was not yet exchanged for a session is
	 * void with them. Returns how many.
	 */
	signOutEverywhere(ending: {
		readonly proof: ProofFor<"sign-out-everywhere">;
		readonly address: string;
	}): Promise<number>;
}

export function createOwnDevices<Unit extends OwnDevicesUnit>(deps: {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Waits until the homeserver knows, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}): OwnDevices {
	const { storage, clock, random, afterEnd = async () => {} } = deps;
	const by = { random, actor: { kind: "person" } } as const;
	return {
		async signOut({ sessionId, proof, address }) {
			const { accountId } = proof;
			const ended = await storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.browserSessions.isSignedIn(proof, now))) return [];
				return endSessions(unit, { sessionId, accountId }, { ...by, reason: "signed-out", now, address });
			});
			if (ended.length > 0) await afterEnd(accountId);
			return ended.length > 0;
		},

		async signOutEverywhere({ proof, address }) {
			const { accountId } = proof;
			const ended = await storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.browserSessions.isSignedIn(proof, now))) return [];
				// A code that was handed out before would let its app in again.
				await unit.accounts.raiseGeneration(accountId);
				const ending = { ...by, reason: "signed-out-everywhere", now, address } as const;
				return endSessions(unit, { accountId }, ending);
			});
			if (ended.length > 0) await afterEnd(accountId);
			return ended.length;
		},
	};
}
