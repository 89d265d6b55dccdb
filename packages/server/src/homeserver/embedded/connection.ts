import type { AccountId, SignedInBrowsers, Transactions } from "@countersign/core";
import { checkSignature, isRecord, member } from "@countersign/protocol";
import type { BackupTruth, DeviceNaming, HomeserverView, PersonNaming } from "../../account/ports.ts";
import type { Clock } from "../../config/ports.ts";
import { utf8, verifyEd25519 } from "../../device-signing/index.ts";
import type { NamesThere } from "../../people/ports.ts";
import type { DeviceMaking } from "../../sessions/ports.ts";
import { longestDeviceName } from "./devices.ts";
import type { ClientDataUnit, CrossSigningObject, JsonObject, KeysUnit } from "./ports.ts";
import { longestDisplayName } from "./profile.ts";
import { quotas } from "./quotas.ts";

type BackupReading = Pick<ClientDataUnit, "backups" | "backedUpKeys" | "holds">;

interface ConnectionUnit extends KeysUnit, BackupReading, Pick<ClientDataUnit, "profiles"> {
	readonly browserSessions: SignedInBrowsers;
	readonly accounts: {
		find(by: {
			readonly localpart: string;
		}): Promise<{ readonly displayName: string | null; readonly deactivatedAt: number | null } | undefined>;
	};
}

/** The homeserver as the authorization server uses it, and as the pages of its people do. */
interface Connection extends NamesThere, DeviceMaking, HomeserverView, PersonNaming, DeviceNaming {}

/** It shares our storage, so accounts need no introduction. */
export function createConnection(deps: {
	readonly storage: Transactions<ConnectionUnit>;
	readonly clock: Clock;
}): Connection {
	const { storage, clock } = deps;
	return {
		/** Every name here is that of an account of ours. */
		isLocalpartAvailable: async () => ({ ok: true }),

		async findUser(localpart) {
			const account = await storage.read.accounts.find({ localpart });
			if (account === undefined) return undefined;
			const { displayName, deactivatedAt } = account;
			return { ...(displayName !== null && { displayName }), deactivated: deactivatedAt !== null };
		},

		/**
		 * Tells nobody's app that devices changed: a device has no keys yet, and signing in again on one that exists
		 * changes nothing about it.
		 */
		upsertDevice: ({ accountId, deviceId, displayName }) =>
			storage.write(async (unit) => {
				// Clients tell devices and keys apart by these names only.
				// A session that took the dehydrated device over would remove it at its end.
				const dehydrated = await unit.dehydratedDevices.find(accountId);
				if (dehydrated?.deviceId === deviceId || (await unit.keys.isKnownKey(accountId, deviceId)))
					return { ok: false, reason: "device-id-in-use" } as const;
				const devices = await unit.devices.list(accountId);
				if (devices.length >= quotas.devices && !devices.some((each) => each.deviceId === deviceId))
					return { ok: false, reason: "too-many-devices" } as const;
				await unit.devices.add({
					accountId,
					deviceId,
					...(displayName !== undefined && { displayName }),
					createdAt: clock(),
				});
				return { ok: true } as const;
			}),

		async setDisplayName({ by, displayName }) {
			if (displayName !== undefined && displayName.length > longestDisplayName)
				return { ok: false, reason: "too-long", atMost: longestDisplayName };
			return storage.write(async (unit) => {
				if (!(await unit.browserSessions.isSignedIn(by, clock()))) return signedOut;
				await unit.profiles.setDisplayName(by.accountId, displayName);
				return { ok: true };
			});
		},

		/** As `PUT /devices/{deviceId}` does: that a name changed tells nobody's app that devices or keys did. */
		async renameDevice({ by, deviceId, displayName }) {
			if (displayName.length > longestDeviceName)
				return { ok: false, reason: "too-long", atMost: longestDeviceName };
			return storage.write(async (unit) => {
				if (!(await unit.browserSessions.isSignedIn(by, clock()))) return signedOut;
				const isKnown = await unit.devices.rename(by.accountId, deviceId, displayName);
				return isKnown ? { ok: true } : { ok: false, reason: "no-such-device" };
			});
		},

		async deviceNames(accountId) {
			const devices = await storage.read.devices.list(accountId);
			return new Map(devices.map(({ deviceId, displayName }) => [deviceId, displayName]));
		},

		keysIn: async (accountId, version) =>
			(await storage.read.backedUpKeys.contents({ accountId, version })).count,

		async identityOf(accountId) {
			const keys = await storage.read.keys.objects(accountId);
			const devices = await storage.read.deviceKeys.list(accountId);
			const signatures = await storage.read.keySignatures.on(accountId);
			const signer = keys.self_signing && `ed25519:${keys.self_signing.publicKey}`;
			const signed = new Set(
				signatures
					.filter((each) => each.signerAccountId === accountId && each.signerKeyId === signer)
					.map((each) => each.targetKey),
			);
			return {
				...(keys.master && { masterKey: keys.master.publicKey }),
				signedDevices: devices.map(({ deviceId }) => deviceId).filter((deviceId) => signed.has(deviceId)),
				selfSigningValid: isSignedBy(keys.self_signing, keys.master),
				backup: await backupTruth(storage.read, accountId),
			};
		},
	};
}

const signedOut = { ok: false, reason: "signed-out" } as const;

async function backupTruth(
	{ backups, backedUpKeys, holds }: BackupReading,
	accountId: AccountId,
): Promise<BackupTruth> {
	const hold = await holds.open(accountId);
	const held = hold && (await backups.find(accountId, hold.floor));
	if (held !== undefined) {
		const { count } = await backedUpKeys.contents({ accountId, version: held.version });
		return { state: "held", keys: count };
	}
	const current = await backups.current(accountId);
	if (current !== undefined) {
		const { count } = await backedUpKeys.contents({ accountId, version: current.version });
		return { state: "there", keys: count };
	}
	const removedAt = await backups.lastRemovedAt(accountId);
	return removedAt === undefined ? { state: "never" } : { state: "gone", removedAt };
}

/** A master key that was replaced alone leaves a self-signing key that nobody trusts any more. */
function isSignedBy(key: CrossSigningObject | undefined, signer: CrossSigningObject | undefined): boolean {
	if (key === undefined || signer === undefined) return false;
	const object: JsonObject = JSON.parse(key.object);
	const userId = isRecord(object) ? member(object, "user_id") : undefined;
	if (typeof userId !== "string") return false;
	const { publicKey } = signer;
	return checkSignature({
		object,
		userId,
		keyId: `ed25519:${publicKey}`,
		publicKey,
		verify: verifyEd25519,
		utf8,
	});
}
