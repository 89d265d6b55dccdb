import {
	type AccountId,
	asAccountId,
	asSessionId,
	type NewKey,
	type OpenHold,
	type SessionId,
} from "@countersign/core";
import { asDeviceId, type DeviceId } from "@countersign/protocol";
import type { Storage, Unit } from "../../src/storage/index.ts";
import { byPerson } from "./actors.ts";
import { seedAccount } from "./storage.ts";

/** Everything of these persons and devices begins and ends after this. */
export const seededAt = 1_000_000;
export const algorithm = "signed_curve25519";
export const backup = { algorithm: "a", authData: { of: "it" } };
export const roomKey = {
	...{ roomId: "!r", sessionId: "s", firstMessageIndex: 0, forwardedCount: 0, isVerified: true },
	sessionData: { key: "k" },
};

/** How the rows of a device are called. */
export function namesOf(localpart: string, device: string) {
	const [accountId, deviceId] = [asAccountId(`account-${localpart}`), asDeviceId(device)];
	const sessionId = asSessionId(`${localpart}/${device}`);
	return { accountId, deviceId, sessionId, hash: `${localpart}/${device}` };
}

export function identityKey(slot: NewKey["slot"], publicKey: string): NewKey {
	return { slot, publicKey, signed: `{"keys":"${publicKey}"}`, object: { publicKey } };
}

export function openHoldOf(localpart: string, floor = 3): OpenHold {
	return {
		...{ reference: `${localpart}-open`, accountId: asAccountId(`account-${localpart}`), floor },
		...{ devices: [asDeviceId("ONE")], dehydratedDevice: asDeviceId("DRY"), state: "held" },
		...{ openedAt: seededAt + 5, lastAt: seededAt + 5 },
	};
}

/**
 * A person with something of every kind there is, with these devices, of which each has the same again. Devices and keys
 * of two persons have the same names; what is known by its name alone has theirs in it.
 * @param more by how much there is more of it, and all of it is later
 */
export async function seedFullPerson(
	storage: Storage,
	localpart: string,
	{ devices, more = 0 }: { readonly devices: readonly string[]; readonly more?: number },
): Promise<void> {
	const accountId = asAccountId(`account-${localpart}`);
	const at = seededAt + more;
	await seedAccount(storage, { localpart, deviceIds: devices, at });
	await storage.write(async (unit) => {
		for (const device of devices) await addDevice(unit, namesOf(localpart, device), at);
		await addIdentity(unit, accountId, at);
		await addBackups(unit, localpart, at);
		await addBrowsers(unit, localpart, at);
		for (let n = 0; n <= more; n++) {
			const type = `t${n}`;
			await unit.accountData.put({ accountId, type, content: { n } }, await unit.stream.next(accountId));
			await unit.filters.put(accountId, `f${n}`, { n });
		}
	});
}

interface Names {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	readonly sessionId: SessionId;
	readonly hash: string;
}

async function addDevice(unit: Unit, names: Names, at: number): Promise<void> {
	const { accountId, deviceId, sessionId, hash } = names;
	await unit.devices.add({ accountId, deviceId, displayName: hash, createdAt: at });
	await unit.deviceKeys.replace(accountId, {
		deviceId,
		object: "{}",
		signed: JSON.stringify({ keys: { [`ed25519:${deviceId}`]: hash } }),
	});
	const counted = (keyId: string) => ({ algorithm, keyId, key: `"${hash} ${keyId}"` });
	await unit.oneTimeKeys.add(accountId, deviceId, ["GONE", "NEXT", "LAST"].map(counted));
	await unit.oneTimeKeys.claim(accountId, deviceId, algorithm);
	await unit.fallbackKeys.replace(accountId, deviceId, counted("BACK"));
	await unit.toDevice.claimSend({ accountId, deviceId }, { type: "t", transactionId: "1" }, at);
	for (const content of [{ n: 1 }, { n: hash }]) {
		const message = { to: { accountId, deviceId }, sender: "@s:x", type: "t", content };
		await unit.toDevice.queue([message], await unit.stream.next(accountId));
	}
	const own = { signerAccountId: accountId, targetAccountId: accountId, signature: hash };
	await unit.keySignatures.add({ ...own, signerKeyId: "ed25519:SELF1", targetKey: deviceId });
	await unit.keySignatures.add({ ...own, signerKeyId: `ed25519:${deviceId}`, targetKey: "MASTER1" });
	await unit.tokens.addRefresh({ hash, sessionId, createdAt: at });
	const access = { sessionId, refreshHash: hash, createdAt: at, expiresAt: at + 100 };
	for (const each of ["used", "new"]) await unit.tokens.addAccess({ ...access, hash: `${hash} ${each}` });
	await unit.tokens.noteFirstUse(`${hash} used`, at);
	await unit.requests.add({
		...{
			reference: hash,
			uiaSession: hash,
			accountId,
			sessionId,
			deviceId,
			digest: "d",
			keys: {},
			masterKey: "M",
		},
		...{ createdAt: at, lastUploadAt: at, state: "pending", expiresAt: at + 1_000 },
	});
	await unit.events.record({
		...{ id: hash, accountId, deviceId, sessionId, at, kind: "signed-in", actor: byPerson, detail: {} },
	});
	await unit.homeserverTasks.add({ accountId, telling: { kind: "delete-device", deviceId }, now: at });
}

async function addIdentity(unit: Unit, accountId: AccountId, at: number): Promise<void> {
	await unit.keys.replace(
		accountId,
		[identityKey("master", "MASTER1"), identityKey("self_signing", "SELF1")],
		at,
	);
	await unit.devices.add({ accountId, deviceId: asDeviceId("DRY"), createdAt: at });
	await unit.dehydratedDevices.put({ accountId, deviceId: asDeviceId("DRY"), data: { pickle: "p" } });
	await unit.profiles.setDisplayName(accountId, `Name of ${accountId}`);
	await unit.profiles.setAvatar(accountId, `mxc://x/${accountId}`);
	await unit.homeserverTasks.add({ accountId, telling: { kind: "set-locked", locked: true }, now: at });
}

/** Of three versions the first is kept after a reset, and the second and third are held. */
async function addBackups(unit: Unit, localpart: string, at: number): Promise<void> {
	const accountId = asAccountId(`account-${localpart}`);
	const kept: OpenHold = {
		...openHoldOf(localpart, 1),
		reference: `${localpart}-kept`,
		dehydratedDevice: asDeviceId("OLD"),
	};
	for (const version of [1, 2, 3]) {
		await unit.backups.create(accountId, backup, at);
		await unit.backedUpKeys.keep({ accountId, version }, roomKey);
		if (version > 1) continue;
		await unit.holds.put(kept);
		await unit.holds.setAside(kept, { type: "m.megolm_backup.v1", before: { localpart }, content: {} });
		await unit.holds.keep(kept, { until: at + 500, now: at });
	}
	const open = openHoldOf(localpart);
	await unit.holds.put(open);
	await unit.holds.setAside(open, { type: "t0", before: { localpart }, content: { n: 0 } });
}

async function addBrowsers(unit: Unit, localpart: string, at: number): Promise<void> {
	const accountId = asAccountId(`account-${localpart}`);
	for (const name of ["first", "second"])
		await unit.browserSessions.add({
			...{ idHash: `${localpart}/${name}`, accountId, generation: 0, address: "192.0.2.1" },
			...{ createdAt: at, provedHow: "password" as const, provedAt: at, expiresAt: at + 1_000 },
		});
}
