import { type AccountId, isTaken, type TakenVersions } from "@countersign/core";
import { checkSignature, isRecord, member } from "@countersign/protocol";
import type { BackupTruth, HomeserverView, IdentityTruth } from "../../account/ports.ts";
import { utf8, verifyEd25519 } from "../../device-signing/index.ts";
import { type AskClientApi, unavailable } from "./client-api.ts";
import { type OwnKeys, publicKeyOf, queryOwnKeys } from "./held-keys.ts";

export interface IdentityReaderDeps {
	readonly ask: AskClientApi;
	/** The application service's, towards Synapse. */
	readonly asToken: string;
	/** The Matrix user id of an account; undefined where there is no such account. */
	readonly userIdOf: (accountId: AccountId) => Promise<string | undefined>;
	/** The newest version of the key backup that an app has taken away while nobody has answered yet; 0 where none is. */
	readonly heldVersion: (accountId: AccountId) => Promise<number>;
	/** As `HeldBeside.goneToAll`. */
	readonly goneToAll: (accountId: AccountId) => Promise<TakenVersions>;
}

const backupTimeoutMs = 10_000;

/** Reads a person's digital identity at Synapse, for the page: what was really stored, and what signs what. */
export function createIdentityReader({
	ask,
	asToken,
	userIdOf,
	...holds
}: IdentityReaderDeps): HomeserverView["identityOf"] {
	return async (accountId) => {
		const userId = await userIdOf(accountId);
		if (userId === undefined) throw unavailable("the account has no name there");
		const [held, gone] = await Promise.all([holds.heldVersion(accountId), holds.goneToAll(accountId)]);
		const [keys, found] = await Promise.all([
			queryOwnKeys(ask, asToken, userId),
			findBackup({ ask, asToken }, userId, held),
		]);
		return truth(keys, { userId, backup: backupTruth(found, { held, gone }) });
	};
}

/** As `HomeserverView.keysIn`. */
export function createKeysIn({
	ask,
	asToken,
	userIdOf,
}: Pick<IdentityReaderDeps, "ask" | "asToken" | "userIdOf">): HomeserverView["keysIn"] {
	return async (accountId, version) => {
		const userId = await userIdOf(accountId);
		if (userId === undefined) throw unavailable("the account has no name there");
		return (await findBackup({ ask, asToken }, userId, version))?.count ?? 0;
	};
}

function truth(
	{ devices, crossSigning }: OwnKeys,
	{ userId, backup }: { readonly userId: string; readonly backup: BackupTruth },
): IdentityTruth {
	const { master, self_signing: selfSigning } = crossSigning;
	const masterKey = master && publicKeyOf(master);
	const isSigned = (object: unknown, signer: string) =>
		isRecord(object) &&
		checkSignature({
			...{ object, userId, keyId: `ed25519:${signer}`, publicKey: signer },
			...{ verify: verifyEd25519, utf8 },
		});
	const signer = selfSigning && publicKeyOf(selfSigning);
	const signedDevices =
		signer === undefined ? [] : Object.entries(devices).filter(([, device]) => isSigned(device, signer));
	return {
		...(masterKey !== undefined && { masterKey }),
		signedDevices: signedDevices.map(([deviceId]) => deviceId),
		selfSigningValid: masterKey !== undefined && isSigned(selfSigning, masterKey),
		backup,
	};
}

interface FoundBackup {
	readonly version: number;
	readonly count: number;
}

function backupTruth(
	found: FoundBackup | undefined,
	{ held, gone }: { readonly held: number; readonly gone: TakenVersions },
): BackupTruth {
	if (found === undefined || isTaken(gone, found.version)) return { state: "gone" };
	return { state: found.version === held ? "held" : "there", keys: found.count };
}

/**
 * The newest version, or this one.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3room_keysversion
 */
async function findBackup(
	{ ask, asToken }: Pick<IdentityReaderDeps, "ask" | "asToken">,
	userId: string,
	version: number,
): Promise<FoundBackup | undefined> {
	const { status, body } = await ask({
		method: "GET",
		path: `/_matrix/client/v3/room_keys/version${version === 0 ? "" : `/${version}`}`,
		query: { user_id: userId },
		accessToken: asToken,
		timeoutMs: backupTimeoutMs,
	});
	if (status === 404 && member(body, "errcode") === "M_NOT_FOUND") return undefined;
	if (status !== 200) throw unavailable(`room_keys/version was answered with ${status}`);
	return { version: Number(member(body, "version")), count: Number(member(body, "count")) };
}
