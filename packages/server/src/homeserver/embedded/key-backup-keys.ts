import { isTaken } from "@countersign/core";
import { errcodes } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type ClientDataDeps, refused } from "./client-data.ts";
import { type Call, type Endpoint, v3 } from "./endpoint.ts";
import { parseBackedUpKeys, showBackedUpKey, showBackedUpKeys } from "./key-backup-data.ts";
import { noSuchBackup, versionFrom } from "./key-backup-versions.ts";
import type { BackupAddress, ClientDataUnit, JsonObject, KeySelection } from "./ports.ts";
import { quotas } from "./quotas.ts";

type BackupDeps = Pick<ClientDataDeps, "storage" | "clock">;

/** Apps send some hundred keys at once. */
const largestBodyBytes = 1024 * 1024;

/**
 * The keys in a backup: all, those of a room, or one. Written to the newest version only, all or nothing.
 * @see https://spec.matrix.org/v1.17/client-server-api/#put_matrixclientv3room_keyskeys
 */
export function keyBackupKeyEndpoints(deps: BackupDeps): Endpoint[] {
	const all = v3("room_keys/keys");
	const paths = [all, `${all}/:roomId`, `${all}/:roomId/:sessionId`];
	return [
		{
			method: "PUT",
			paths,
			takes: "json",
			limitBytes: largestBodyBytes,
			answer: withVersion(putKeys),
		},
		{
			method: "GET",
			paths,
			takes: "nothing",
			answer: withVersion((backup, call) => getKeys(deps, backup, call)),
		},
		{
			method: "DELETE",
			paths,
			takes: "nothing",
			answer: withVersion(deleteKeys),
		},
	];
}

function withVersion<Body>(answer: (backup: BackupAddress, call: Call<Body>) => Promise<Response>) {
	return (call: Call<Body>): Response | Promise<Response> => {
		const version = call.query.get("version");
		return version === null
			? matrixError(400, errcodes.missingParam, "version is missing")
			: answer({ accountId: call.caller.accountId, version: versionFrom(version) }, call);
	};
}

function selectionOf({ param }: Call<unknown>): KeySelection {
	const [roomId, sessionId] = [param("roomId"), param("sessionId")];
	return { ...(roomId !== "" && { roomId }), ...(sessionId !== "" && { sessionId }) };
}

/** An app that still writes to an older version is told of the newer one, and must not mix the two. */
async function putKeys(backup: BackupAddress, call: Call<JsonObject>): Promise<Response> {
	const keys = parseBackedUpKeys(selectionOf(call), call.body);
	if (!keys.ok) return refused(keys.refusal);
	return call.write(async (unit) => {
		const current = await unit.backups.current(backup.accountId);
		if (current === undefined) return noSuchBackup();
		if (current.version !== backup.version) {
			return matrixError(403, errcodes.wrongRoomKeysVersion, "This is not the newest key backup", {
				current_version: String(current.version),
			});
		}
		// Counted as if all were new: who is that close to the bound gains nothing by replacing.
		if ((await unit.backedUpKeys.countAll(backup.accountId)) + keys.value.length > quotas.backedUpKeys)
			return matrixError(
				413,
				errcodes.tooLarge,
				`An account has at most ${quotas.backedUpKeys} keys in backups`,
			);
		let kept = 0;
		for (const key of keys.value) {
			if (await unit.backedUpKeys.keep(backup, key)) kept += 1;
		}
		if (kept > 0) await unit.backedUpKeys.markChanged(backup);
		return json(200, await unit.backedUpKeys.contents(backup));
	});
}

async function getKeys(deps: BackupDeps, backup: BackupAddress, call: Call<unknown>): Promise<Response> {
	const { storage } = deps;
	const selection = selectionOf(call);
	const isThere = (await stands(storage.read, backup, call)) || (await isLetRead(deps, backup, call));
	if (!isThere) return noSuchBackup();
	const keys = await storage.read.backedUpKeys.list(backup, selection);
	if (selection.sessionId === undefined) return json(200, showBackedUpKeys(selection, keys));
	const [key] = keys;
	return key === undefined
		? matrixError(404, errcodes.notFound, "This key is not in the backup")
		: json(200, showBackedUpKey(key));
}

/** What a reset took away, and is kept, the person may let this app read. */
function isLetRead(
	{ storage, clock }: BackupDeps,
	{ version }: BackupAddress,
	{ caller }: Call<unknown>,
): Promise<boolean> {
	return storage.read.holds.isReadable(caller, version, clock());
}

async function deleteKeys(backup: BackupAddress, call: Call<unknown>): Promise<Response> {
	const selection = selectionOf(call);
	return call.write(async (unit) => {
		if (!(await stands(unit, backup, call))) return noSuchBackup();
		const removed = await unit.backedUpKeys.remove(backup, selection);
		if (removed > 0) await unit.backedUpKeys.markChanged(backup);
		return json(200, await unit.backedUpKeys.contents(backup));
	});
}

/** Whether there is such a version, to this device: one that it has taken away is gone to it. */
async function stands(
	{ backups, holds }: Pick<ClientDataUnit, "backups" | "holds">,
	{ accountId, version }: BackupAddress,
	{ caller }: Call<unknown>,
): Promise<boolean> {
	const isHidden = isTaken(await holds.hiddenFrom(caller), version);
	return !isHidden && (await backups.find(accountId, version)) !== undefined;
}
