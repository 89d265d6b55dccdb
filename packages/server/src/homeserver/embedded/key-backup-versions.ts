import { type AccountId, holdBack, isTaken, noteWanted, readOpening } from "@countersign/core";
import { errcodes, member, type Parsed, refuse } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import {
	type ClientDataDeps,
	type ClientDataStorage,
	checkName,
	parseObject,
	refused,
	tooOften,
} from "./client-data.ts";
import { type Call, type Endpoint, v3 } from "./endpoint.ts";
import type { BackupAddress, ClientDataUnit, JsonObject, KeyBackup, NewKeyBackup } from "./ports.ts";
import { quotas } from "./quotas.ts";

type BackupDeps = Pick<ClientDataDeps, "storage" | "clock" | "random">;

/**
 * Versions of the server-side key backup. The newest is in use; an older one can be read until it is deleted.
 * @see https://spec.matrix.org/v1.17/client-server-api/#server-side-key-backups
 */
export function keyBackupVersionEndpoints(deps: BackupDeps): Endpoint[] {
	const { storage } = deps;
	const [all, one] = [[v3("room_keys/version")], [v3("room_keys/version/:version")]];
	return [
		{ method: "POST", paths: all, takes: "json", answer: (call) => createVersion(deps, call) },
		{
			method: "GET",
			paths: all,
			takes: "nothing",
			async answer({ caller }) {
				const { floor: above } = await storage.read.holds.hiddenFrom(caller);
				return showVersion(
					storage,
					caller.accountId,
					await storage.read.backups.current(caller.accountId, { above }),
				);
			},
		},
		{
			method: "GET",
			paths: one,
			takes: "nothing",
			answer: async (call) => {
				return showVersion(storage, call.caller.accountId, await findVersion(storage.read, call));
			},
		},
		{ method: "PUT", paths: one, takes: "json", answer: updateVersion },
		{
			method: "DELETE",
			paths: one,
			takes: "nothing",
			answer: (call) => removeVersion(deps, call),
		},
	];
}

/** A version as it stands in paths and queries. Versions count from 1: 0 stands for whatever was never given out. */
export function versionFrom(text: string): number {
	return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0;
}

export function noSuchBackup(): Response {
	return matrixError(404, errcodes.notFound, "There is no such key backup");
}

function addressOf({ caller, param }: Call<unknown>): BackupAddress {
	return { accountId: caller.accountId, version: versionFrom(param("version")) };
}

/** The version, unless this device has taken it away. */
async function findVersion(
	{ backups, holds }: Pick<ClientDataUnit, "backups" | "holds">,
	call: Call<unknown>,
): Promise<KeyBackup | undefined> {
	const { accountId, version } = addressOf(call);
	const isHidden = isTaken(await holds.hiddenFrom(call.caller), version);
	return isHidden ? undefined : backups.find(accountId, version);
}

/**
 * Apps take the backup away before they ask for a reset, and nobody can tell yet whether it will happen: the version
 * is gone to this device, and stands for all others until that is known.
 */
async function removeVersion({ clock, random }: BackupDeps, call: Call<undefined>): Promise<Response> {
	const { accountId, version } = addressOf(call);
	return call.write(async (unit) => {
		if ((await findVersion(unit, call)) === undefined)
			return (await unit.backups.wasMade(accountId, version)) ? json(200, {}) : noSuchBackup();
		const opening = await readOpening((type) => unit.accountData.get(accountId, type));
		const newer = await unit.backups.current(accountId, { above: version });
		const held = await holdBack(unit, {
			...call.caller,
			opening,
			address: call.address,
			version,
			isSuperseded: newer !== undefined,
			now: clock(),
			newToken: () => random.token(),
		});
		return held.kind === "throttled" ? tooOften(held) : json(200, {});
	});
}

async function createVersion({ clock, random }: BackupDeps, call: Call<JsonObject>): Promise<Response> {
	const backup = parseBackup(call.body);
	if (!backup.ok) return refused(backup.refusal);
	const { accountId, deviceId } = call.caller;
	return call.write(async (unit) => {
		const { backups } = unit;
		await noteWanted(unit, { accountId, deviceId, now: clock(), newToken: () => random.token() });
		if ((await backups.count(accountId)) >= quotas.backups)
			return matrixError(413, errcodes.tooLarge, `An account has at most ${quotas.backups} key backups`);
		return json(200, { version: String(await backups.create(accountId, backup.value, clock())) });
	});
}

/** Only `auth_data` changes: keys already there were encrypted as the algorithm says. */
async function updateVersion(call: Call<JsonObject>): Promise<Response> {
	const sent = parseBackup(call.body);
	if (!sent.ok) return refused(sent.refusal);
	const claimed = member(call.body, "version");
	if (claimed !== undefined && claimed !== call.param("version"))
		return matrixError(400, errcodes.invalidParam, "version does not match the path");
	const { accountId, version } = addressOf(call);
	return call.write(async (unit) => {
		const stored = await findVersion(unit, call);
		if (stored === undefined) return noSuchBackup();
		if (stored.algorithm !== sent.value.algorithm)
			return matrixError(400, errcodes.invalidParam, "algorithm does not match the backup's");
		await unit.backups.setAuthData(accountId, version, sent.value.authData);
		return json(200, {});
	});
}

async function showVersion(
	storage: ClientDataStorage,
	accountId: AccountId,
	backup: KeyBackup | undefined,
): Promise<Response> {
	if (backup === undefined) return noSuchBackup();
	const { version, algorithm, authData } = backup;
	const contents = await storage.read.backedUpKeys.contents({ accountId, version });
	return json(200, { algorithm, auth_data: authData, ...contents, version: String(version) });
}

function parseBackup(body: JsonObject): Parsed<NewKeyBackup> {
	const algorithm = member(body, "algorithm");
	if (algorithm === undefined) return refuse(errcodes.missingParam, "algorithm is missing");
	if (typeof algorithm !== "string") return refuse(errcodes.badJson, "algorithm must be a string");
	const name = checkName("algorithm", algorithm);
	if (!name.ok) return name;
	const sent = member(body, "auth_data");
	if (sent === undefined) return refuse(errcodes.missingParam, "auth_data is missing");
	const authData = parseObject("auth_data", sent);
	return authData.ok ? { ok: true, value: { algorithm, authData: authData.value } } : authData;
}
