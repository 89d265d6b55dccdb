import { isRecord, member } from "@countersign/protocol";
import type { SecretsBundle } from "./identity.ts";
import type { BackupAccess, IdentityCrypto, PostKeys } from "./ports.ts";
import {
	renewDehydratedDevice,
	type WasmDehydratedDevices,
	type WasmDehydration,
} from "./wasm-dehydrated-device.ts";

/** A request that an `OlmMachine` wants to have sent. */
export interface MachineRequest {
	readonly id: string | undefined;
	readonly type: unknown;
	readonly body: string;
	/** Of a message to devices only. */
	readonly event_type?: string;
	/** Of a message to devices only. */
	readonly txn_id?: string;
}

/** The part of `@matrix-org/matrix-sdk-crypto-wasm`'s `OlmMachine` that is used. */
export interface WasmMachine {
	readonly userId: { toString(): string };
	readonly deviceId: object;
	crossSigningStatus(): Promise<{
		readonly hasMaster: boolean;
		readonly hasSelfSigning: boolean;
		readonly hasUserSigning: boolean;
	}>;
	getIdentity(userId: object): Promise<object | undefined>;
	getDevice(userId: object, deviceId: object): Promise<{ verify(): Promise<MachineRequest> } | undefined>;
	queryKeysForUsers(users: object[]): MachineRequest;
	markRequestAsSent(id: string, type: unknown, response: string): Promise<unknown>;
	importSecretsBundle(bundle: object): Promise<void>;
	getBackupKeys(): Promise<{ readonly backupVersion: string | null | undefined }>;
	isBackupEnabled(): Promise<boolean>;
	saveBackupDecryptionKey(key: object, version: string): Promise<void>;
	enableBackupV1(publicKey: string, version: string): Promise<void>;
	importBackedUpRoomKeys(
		keys: Map<never, Map<string, object>>,
		onProgress: () => undefined,
		version: string,
	): Promise<unknown>;
	dehydratedDevices?(): WasmDehydratedDevices;
}

/** The part of the module `@matrix-org/matrix-sdk-crypto-wasm` itself that is used. */
export interface WasmModule {
	readonly UserId: new (id: string) => object;
	readonly RoomId: new (id: string) => object;
	readonly SecretsBundle: { from_json(json: unknown): object };
	readonly BackupDecryptionKey: { fromBase64(key: string): object };
	readonly DeviceId?: WasmDehydration["DeviceId"];
	readonly DehydratedDeviceKey?: WasmDehydration["DehydratedDeviceKey"];
}

/**
 * The crypto of an app that works with `@matrix-org/matrix-sdk-crypto-wasm` itself. Its device keys have to be
 * uploaded already.
 *
 * @param wasm the module, after `initAsync()`
 */
export function wasmCrypto(wasm: WasmModule, machine: WasmMachine): IdentityCrypto {
	// The machine consumes what it is given: each call gets a copy of its own.
	const self = () => new wasm.UserId(machine.userId.toString());

	const send = async ({ id, type, body }: MachineRequest, path: Parameters<PostKeys>[0], post: PostKeys) => {
		const answer = await post(path, body);
		if (id !== undefined) await machine.markRequestAsSent(id, type, answer);
	};
	const learn = (post: PostKeys) => send(machine.queryKeysForUsers([self()]), "keys/query", post);

	return {
		async heldMasterKey() {
			const { hasMaster, hasSelfSigning, hasUserSigning } = await machine.crossSigningStatus();
			const holdsAll = hasMaster && hasSelfSigning && hasUserSigning;
			return holdsAll ? verifiedMasterKey(wasm, machine) : undefined;
		},
		async importIdentity(secrets: SecretsBundle, post: PostKeys) {
			await learn(post);
			await machine.importSecretsBundle(wasm.SecretsBundle.from_json(secrets));
		},
		async signDevice(post: PostKeys) {
			const device = await machine.getDevice(self(), machine.deviceId);
			if (device === undefined) throw new TypeError("the machine does not know its own device");
			await send(await device.verify(), "keys/signatures/upload", post);
			await learn(post);
		},
		async backupVersion() {
			if (!(await machine.isBackupEnabled())) return undefined;
			return (await machine.getBackupKeys()).backupVersion ?? undefined;
		},
		async useBackup({ publicKey, secret, version }: BackupAccess) {
			await machine.saveBackupDecryptionKey(wasm.BackupDecryptionKey.fromBase64(secret), version);
			await machine.enableBackupV1(publicKey, version);
		},
		async importRoomKeys(keys, version) {
			const rooms = new Map<string, Map<string, object>>();
			for (const key of keys) {
				const room = rooms.get(key.room_id) ?? new Map<string, object>();
				rooms.set(key.room_id, room.set(key.session_id, key));
			}
			const byRoom = new Map([...rooms].map(([id, room]) => [new wasm.RoomId(id), room] as const));
			// Room ids of this module, which TypeScript cannot say without importing it.
			await machine.importBackedUpRoomKeys(
				byRoom as Map<never, Map<string, object>>,
				() => undefined,
				version,
			);
		},
		async renewDehydratedDevice(renewal) {
			const { DeviceId, DehydratedDeviceKey } = wasm;
			const devices = machine.dehydratedDevices?.();
			if (devices === undefined || DeviceId === undefined || DehydratedDeviceKey === undefined) return;
			await renewDehydratedDevice({ DeviceId, DehydratedDeviceKey }, devices, renewal);
		},
	};
}

/** The master key of the person's own identity, if this app has verified that it is theirs. */
export async function verifiedMasterKey(
	wasm: Pick<WasmModule, "UserId">,
	machine: Pick<WasmMachine, "getIdentity" | "userId">,
): Promise<string | undefined> {
	const identity = await machine.getIdentity(new wasm.UserId(machine.userId.toString()));
	return isVerified(identity) ? masterKeyOf(identity) : undefined;
}

interface Identity {
	readonly masterKey: string;
}

/** Other people's identities and one's own come as one type; only the latter is asked for. */
function isVerified(identity: object | undefined): identity is Identity {
	if (identity === undefined || !("isVerified" in identity) || !("masterKey" in identity)) return false;
	return typeof identity.isVerified === "function" && identity.isVerified() === true;
}

function masterKeyOf({ masterKey }: Identity): string | undefined {
	const object: unknown = JSON.parse(masterKey);
	const keys = isRecord(object) ? member(object, "keys") : undefined;
	const [key] = isRecord(keys) ? Object.values(keys) : [];
	return typeof key === "string" ? key : undefined;
}
