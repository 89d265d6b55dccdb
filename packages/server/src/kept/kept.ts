import {
	type AccountId,
	type Holds,
	holdLifetimes,
	type KeptHold,
	type SessionId,
	type SignedInBrowsers,
	type Transactions,
} from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { ProofFor } from "../proofs/index.ts";

/** What these acts touch, all of it in one transaction. */
interface KeptUnit {
	readonly holds: Pick<Holds, "kept" | "letRead" | "dropKept">;
	readonly events: Pick<SecurityEvents, "record">;
	readonly browserSessions: SignedInBrowsers;
}

interface KeptDeps {
	readonly storage: Transactions<KeptUnit>;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

/** Whose session may read; none of it where the browser was signed out meanwhile, or nothing is kept. */
export interface Kept {
	/** The oldest first. */
	list(accountId: AccountId): Promise<readonly KeptHold[]>;
	/** Lets this session read for ten minutes, and no other. False where nothing was done. */
	letRead(asked: {
		readonly proof: ProofFor<"use-kept">;
		readonly session: { readonly id: SessionId; readonly deviceId: DeviceId };
		readonly address: string;
	}): Promise<boolean>;
	/** Drops it now. False where nothing was done. */
	dropNow(asked: { readonly proof: ProofFor<"use-kept">; readonly address: string }): Promise<boolean>;
}

export function createKept({ storage, clock, random }: KeptDeps): Kept {
	const line = (accountId: AccountId, at: number) => ({
		...({ id: random.token(), accountId, at, actor: { kind: "person" }, detail: {} } as const),
	});
	return {
		list: (accountId) => storage.read.holds.kept(accountId),

		letRead: ({ proof, session, address }) =>
			storage.write(async ({ browserSessions, holds, events }) => {
				const [{ accountId }, now] = [proof, clock()];
				if (!(await browserSessions.isSignedIn(proof, now))) return false;
				if ((await holds.kept(accountId)).length === 0) return false;
				await holds.letRead(accountId, { sessionId: session.id, until: now + holdLifetimes.readingMs });
				const { deviceId } = session;
				await events.record({ ...line(accountId, now), kind: "reset-data-opened", deviceId, address });
				return true;
			}),

		dropNow: ({ proof, address }) =>
			storage.write(async ({ browserSessions, holds, events }) => {
				const [{ accountId }, now] = [proof, clock()];
				if (!(await browserSessions.isSignedIn(proof, now))) return false;
				const dropped = await holds.dropKept(accountId, now);
				for (const _ of dropped)
					await events.record({ ...line(accountId, now), kind: "reset-data-deleted", address });
				return dropped.length > 0;
			}),
	};
}
