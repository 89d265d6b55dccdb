import type { AccountId } from "@countersign/core";
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
}

const backupTimeoutMs = 10_000;

/** Reads a person's digital identity at Synapse, for the page: what was really stored, and what signs what. */
export function createIdentityReader({
	ask,
	asToken,
	userIdOf,
}: IdentityReaderDeps): HomeserverView["identityOf"] {
	return async (accountId) => {
		const userId = await userIdOf(accountId);
		if (userId === undefined) throw unavailable("the account has no name there");
		const [keys, isThere] = await Promise.all([
			queryOwnKeys(ask, asToken, userId),
			hasKeyBackup(ask, asToken, userId),
		]);
		return truth(keys, { userId, backup: { state: isThere ? "there" : "gone" } });
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

/** @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3room_keysversion */
async function hasKeyBackup(ask: AskClientApi, asToken: string, userId: string): Promise<boolean> {
	const { status, body } = await ask({
		method: "GET",
		path: "/_matrix/client/v3/room_keys/version",
		query: { user_id: userId },
		accessToken: asToken,
		timeoutMs: backupTimeoutMs,
	});
	if (status === 200) return true;
	if (status === 404 && member(body, "errcode") === "M_NOT_FOUND") return false;
	throw unavailable(`room_keys/version was answered with ${status}`);
}
