import type { AccountId } from "@countersign/core";
import type { StoredAccount } from "./ports.ts";

/** A person's account, without what proves it. */
export interface Account {
	readonly id: AccountId;
	readonly localpart: string;
	readonly displayName?: string;
	readonly admin: boolean;
	readonly createdAt: number;
	readonly lockedAt?: number;
	readonly deactivatedAt?: number;
	readonly hasPassword: boolean;
	/** What is agreed to is good while the account is of this generation. */
	readonly generation: number;
}

export function accountOf(row: StoredAccount): Account {
	return {
		id: row.id,
		localpart: row.localpart,
		...(row.displayName === null ? {} : { displayName: row.displayName }),
		admin: row.admin,
		createdAt: row.createdAt,
		...(row.lockedAt === null ? {} : { lockedAt: row.lockedAt }),
		...(row.deactivatedAt === null ? {} : { deactivatedAt: row.deactivatedAt }),
		hasPassword: row.passwordHash !== null,
		generation: row.generation,
	};
}
