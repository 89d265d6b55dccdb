import { asDeviceId, bytesToSign, checkSignature, errcodes, isRecord } from "@countersign/protocol";
import { utf8, verifyEd25519 } from "../../device-signing/index.ts";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type Caller, type Endpoint, v3 } from "./endpoint.ts";
import { findUsers, type NamedUser } from "./local-users.ts";
import type { ClientDataUnit, JsonObject, KeysUnit } from "./ports.ts";
import { signatureIn, signaturesOf } from "./signatures.ts";

type SigningUnit = KeysUnit & Pick<ClientDataUnit, "profiles">;

/** A key that may be signed, and who may sign it, by key id. */
interface Signable {
	readonly targetKey: string;
	/** Canonical text of what is stored. */
	readonly signed: string;
	readonly signers: ReadonlyMap<string, string>;
}

interface Failure {
	readonly errcode: string;
	readonly error: string;
}

/**
 * Adds signatures to stored keys: the own self-signing key over own devices, own devices over the own master key, and
 * the own user-signing key over other people's master keys. What is refused is told item by item, in a 200.
 *
 * Checked and stored in one transaction: a key that is being replaced cannot sign any more once it is.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keyssignaturesupload
 */
export function signatureEndpoints(deps: {
	readonly storage: { readonly read: Pick<ClientDataUnit, "profiles"> };
	readonly serverName: string;
}): Endpoint[] {
	const { storage, serverName } = deps;
	return [
		{
			method: "POST",
			paths: [v3("keys/signatures/upload"), "/_matrix/client/unstable/keys/signatures/upload"],
			takes: "strict-json",
			async answer({ caller, body, write }) {
				if (!Object.values(body).every(isRecord))
					return matrixError(400, errcodes.badJson, "Content must map users to keys to signed objects");
				const users = await findUsers(storage.read.profiles, serverName, Object.keys(body));
				return write(async (unit) =>
					json(200, { failures: await sign(unit, { caller, body, users: users.local }) }),
				);
			},
		},
	];
}

async function sign(
	unit: SigningUnit,
	{
		caller,
		body,
		users,
	}: { readonly caller: Caller; readonly body: JsonObject; readonly users: readonly NamedUser[] },
): Promise<JsonObject> {
	const failures: [string, JsonObject][] = [];
	let isAnyNew = false;
	for (const [userId, items] of Object.entries(body)) {
		const owner = users.find((user) => user.userId === userId);
		const failed: [string, Failure][] = [];
		for (const [id, object] of Object.entries(isRecord(items) ? items : {})) {
			const outcome = await signOne(unit, { caller, owner, id, object });
			if (outcome === "new") isAnyNew = true;
			else if (outcome !== "known") failed.push([id, outcome]);
		}
		if (failed.length > 0) failures.push([userId, Object.fromEntries(failed)]);
	}
	// Signatures over other people's keys are the signer's to see, so either way it is the signer who has news.
	if (isAnyNew) await unit.keyChanges.record(caller.accountId);
	return Object.fromEntries(failures);
}

async function signOne(
	unit: SigningUnit,
	item: {
		readonly caller: Caller;
		readonly owner: NamedUser | undefined;
		readonly id: string;
		readonly object: unknown;
	},
): Promise<"new" | "known" | Failure> {
	const { caller, owner, id, object } = item;
	if (!isRecord(object)) return { errcode: errcodes.badJson, error: "A signed object is needed" };
	const target = owner && (await findSignable(unit, caller, { owner, id }));
	if (owner === undefined || target === undefined)
		return { errcode: errcodes.notFound, error: "There is no such key, or it is not yours to sign" };
	if (bytesToSign(object) !== target.signed)
		return { errcode: errcodes.unknown, error: "This is not the key that is stored" };
	const keyIds = Object.keys(signaturesOf(object, caller.userId)).filter((keyId) =>
		target.signers.has(keyId),
	);
	const genuine = keyIds.filter((keyId) => isGenuine(object, caller.userId, { keyId, target }));
	if (genuine.length === 0 || genuine.length < keyIds.length)
		return { errcode: errcodes.invalidSignature, error: "A signature is missing or wrong" };
	let isNew = false;
	for (const signerKeyId of genuine) {
		const added = await unit.keySignatures.add({
			signerAccountId: caller.accountId,
			signerKeyId,
			targetAccountId: owner.accountId,
			targetKey: target.targetKey,
			signature: signatureIn(object, caller.userId, signerKeyId) ?? "",
		});
		isNew ||= added;
	}
	return isNew ? "new" : "known";
}

function isGenuine(
	object: JsonObject,
	userId: string,
	{ keyId, target }: { readonly keyId: string; readonly target: Signable },
): boolean {
	const publicKey = target.signers.get(keyId) ?? "";
	return checkSignature({ object, userId, keyId, publicKey, verify: verifyEd25519, utf8 });
}

/** The stored key meant by this id, if the caller has a key that may sign it. */
async function findSignable(
	unit: SigningUnit,
	caller: Caller,
	{ owner, id }: { readonly owner: NamedUser; readonly id: string },
): Promise<Signable | undefined> {
	const isOwn = owner.accountId === caller.accountId;
	const { master } = await unit.keys.stored(owner.accountId);
	const mine = await unit.keys.stored(caller.accountId);
	if (master?.publicKey === id) {
		const signers = isOwn
			? await unit.keys.deviceSigners(caller.accountId)
			: signerOf(mine.user_signing?.publicKey);
		return { targetKey: id, signed: master.signed, signers };
	}
	const device = isOwn ? await unit.deviceKeys.find(caller.accountId, asDeviceId(id)) : undefined;
	return device && { targetKey: id, signed: device.signed, signers: signerOf(mine.self_signing?.publicKey) };
}

function signerOf(publicKey: string | undefined): ReadonlyMap<string, string> {
	return new Map(publicKey === undefined ? [] : [[`ed25519:${publicKey}`, publicKey]]);
}
