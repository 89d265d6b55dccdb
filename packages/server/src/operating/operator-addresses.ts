import type { AccountId, Transactions } from "@countersign/core";
import type { Operator, SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { type ReadAddress, readAddress } from "../identifiers/index.ts";
import type { AddressRecords } from "../identifiers/ports.ts";
import type { Letters } from "../notices/ports.ts";
import type { Accounts } from "../people/ports.ts";

interface AddressUnit {
	readonly accounts: Pick<Accounts, "find">;
	readonly addresses: Pick<AddressRecords, "list" | "confirm" | "remove">;
	readonly mailTasks: Pick<Letters, "add">;
	readonly events: Pick<SecurityEvents, "record">;
}

interface Deps<Unit extends AddressUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Whether letters are sent at all. */
	readonly hasMail: boolean;
}

/** E-mail addresses, as the operator says whose they are: nobody shows that the mailbox is theirs. */
export interface OperatorAddresses {
	add(
		wanted: { readonly accountId: AccountId; readonly email: string },
		by: Operator,
	): Promise<
		| { readonly ok: true; readonly key: string }
		| {
				readonly ok: false;
				readonly reason: "no-address" | "user-unknown" | "account-closed" | "address-taken";
		  }
	>;
	/**
	 * The address is told that it is theirs no more, and may not object: it is taken away where somebody else reads it.
	 * False where it is not theirs.
	 */
	remove(address: { readonly accountId: AccountId; readonly key: string }, by: Operator): Promise<boolean>;
}

/** After three days it is no news any more. */
const noticeMs = 3 * 24 * 3_600_000;

export function createOperatorAddresses<Unit extends AddressUnit>({
	storage,
	clock,
	random,
	hasMail,
}: Deps<Unit>): OperatorAddresses {
	return {
		async add({ accountId, email }, actor) {
			const read = readAddress(email);
			if (read === undefined) return { ok: false, reason: "no-address" };
			return storage.write(async (unit) => {
				const account = await unit.accounts.find({ id: accountId });
				if (account === undefined) return { ok: false, reason: "user-unknown" };
				if (account.deactivatedAt !== null) return { ok: false, reason: "account-closed" };
				const at = clock();
				if (!(await confirm(unit, { accountId, ...read, at }))) return { ok: false, reason: "address-taken" };
				const line = { id: random.token(), accountId, at, actor } as const;
				await unit.events.record({ ...line, kind: "address-added", detail: { email: read.address } });
				return { ok: true, key: read.key };
			});
		},

		remove: ({ accountId, key }, actor) =>
			storage.write(async (unit) => {
				const removed = await unit.addresses.remove(accountId, key);
				if (removed === undefined) return false;
				const { address, wasVerified } = removed;
				const now = clock();
				const detail = { email: address, ...(wasVerified && { confirmed: "yes" }) };
				const line = { id: random.token(), accountId, at: now, actor } as const;
				await unit.events.record({ ...line, kind: "address-removed", detail });
				const letter = { kind: "address-withdrawn", to: address, expiresAt: now + noticeMs } as const;
				if (hasMail && wasVerified) await unit.mailTasks.add(accountId, letter, now);
				return true;
			}),
	};
}

/** False where somebody has it, this account included. */
async function confirm(
	{ addresses }: Pick<AddressUnit, "addresses">,
	{ accountId, ...address }: ReadAddress & { readonly accountId: AccountId; readonly at: number },
): Promise<boolean> {
	const own = await addresses.list(accountId);
	if (own.some(({ key, verifiedAt }) => key === address.key && verifiedAt !== undefined)) return false;
	return addresses.confirm({ accountId, ...address });
}
