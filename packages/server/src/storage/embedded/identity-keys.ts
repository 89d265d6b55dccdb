import type { AccountId, NewKey } from "@countersign/core";
import { asDeviceId, type KeySlot, keySlots } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { CrossSigningKeys, CrossSigningObject, KeyChanges } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { anyAccountId, runPrepared } from "../prepared.ts";

/** A person's cross-signing keys: those in force, and the names of all there ever were. */
export function createIdentityKeys(db: Kysely<Database>, keyChanges: KeyChanges): CrossSigningKeys {
	const objects = createObjects(db);

	async function isAnyKnown(accountId: AccountId, names: readonly string[]): Promise<boolean> {
		const key = await db
			.selectFrom("cross_signing_key_names")
			.select("public_key")
			.where("account_id", "=", accountId)
			.where("public_key", "in", [...names])
			.executeTakeFirst();
		return key !== undefined;
	}

	return {
		objects,

		isKnownKey: (accountId, name) => isAnyKnown(accountId, [name]),

		stored: objects,

		async replace(accountId, keys, now) {
			const before = await objects(accountId);
			const changed = keys.filter((key) => before[key.slot]?.signed !== key.signed);
			if (changed.length === 0) return;
			for (const key of changed) {
				await dropSignaturesAround(db, accountId, before[key.slot]?.publicKey);
				await put(db, { accountId, key, now });
			}
			await keyChanges.record(accountId);
		},

		async deviceSigners(accountId) {
			const rows = await db
				.selectFrom("device_keys")
				.select(["device_id", "signed"])
				.where("account_id", "=", accountId)
				.execute();
			return new Map(
				rows.flatMap(({ device_id, signed }) => {
					const keyId = `ed25519:${device_id}`;
					const { keys }: { keys?: Readonly<Record<string, string>> } = JSON.parse(signed);
					const publicKey = keys?.[keyId];
					return publicKey === undefined ? [] : [[keyId, publicKey] as const];
				}),
			);
		},

		async anyTaken(accountId, publicKeys) {
			if (publicKeys.length === 0) return false;
			const device = await db
				.selectFrom("devices")
				.select("device_id")
				.where("account_id", "=", accountId)
				.where("device_id", "in", publicKeys.map(asDeviceId))
				.executeTakeFirst();
			if (device !== undefined) return true;
			return isAnyKnown(accountId, publicKeys);
		},
	};
}

type Objects = Partial<Record<KeySlot, CrossSigningObject>>;

function createObjects(db: Kysely<Database>): (accountId: AccountId) => Promise<Objects> {
	const ofAccount = db
		.selectFrom("cross_signing_keys")
		.select(["slot", "public_key", "object", "signed"])
		.where("account_id", "=", anyAccountId)
		.compile();
	return async (accountId) => {
		const rows = await runPrepared(db, ofAccount, [accountId]);
		return Object.fromEntries(
			keySlots.flatMap(({ slot }) => {
				const row = rows.find((each) => each.slot === slot);
				return row === undefined
					? []
					: [[slot, { publicKey: row.public_key, object: row.object, signed: row.signed }]];
			}),
		);
	};
}

/** What a replaced key signed, and what was signed about it, must not outlive it. */
async function dropSignaturesAround(
	db: Kysely<Database>,
	accountId: AccountId,
	publicKey: string | undefined,
): Promise<void> {
	if (publicKey === undefined) return;
	await db
		.deleteFrom("key_signatures")
		.where("signer_account_id", "=", accountId)
		.where("signer_key_id", "=", `ed25519:${publicKey}`)
		.execute();
	await db
		.deleteFrom("key_signatures")
		.where("target_account_id", "=", accountId)
		.where("target_key", "=", publicKey)
		.execute();
}

async function put(
	db: Kysely<Database>,
	{ accountId, key, now }: { readonly accountId: AccountId; readonly key: NewKey; readonly now: number },
): Promise<void> {
	const row = {
		public_key: key.publicKey,
		object: JSON.stringify(key.object),
		signed: key.signed,
		stored_at: now,
	};
	await db
		.insertInto("cross_signing_keys")
		.values({ account_id: accountId, slot: key.slot, ...row })
		.onConflict((conflict) => conflict.columns(["account_id", "slot"]).doUpdateSet(row))
		.execute();
	// No `on conflict`: the database itself refuses a name that was used before, whoever forgot to ask.
	await db
		.insertInto("cross_signing_key_names")
		.values({ account_id: accountId, public_key: key.publicKey, stored_at: now })
		.execute();
}
