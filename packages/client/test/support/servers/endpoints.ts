import { isRecord } from "@countersign/protocol";
import { withGoodSignatures } from "./signatures.ts";
import { type Account, type Answer, type Backup, type Caller, type Json, ok, refusal } from "./state.ts";

/** A request below `/_matrix/client/v3/`, its path split and decoded. */
export interface Asked extends Caller {
	readonly method: string;
	readonly path: readonly string[];
	readonly body: Json;
}

type Endpoint = (asked: Asked) => Answer | undefined;

/** Everything that all homeservers answer alike; the upload of an identity is each server's own. */
export function answerCommon(asked: Asked): Answer | undefined {
	return endpoints[asked.path[0] ?? ""]?.(asked);
}

const endpoints: Readonly<Record<string, Endpoint>> = {
	...{ keys, room_keys: roomKeys, user: ofUser, account },
	pushrules: () => ok({ global: {} }),
	capabilities: () => ok({ capabilities: {} }),
};

function account({ account: { userId }, device: { deviceId } }: Asked): Answer {
	return ok({ user_id: userId, device_id: deviceId });
}

function keys({ account, device, path: [, what, more], body }: Asked): Answer | undefined {
	if (what === "query") return ok(published(account));
	if (what === "upload") {
		if (isRecord(body.device_keys)) device.keys = body.device_keys;
		if (isRecord(body.one_time_keys)) device.oneTimeKeys = { ...device.oneTimeKeys, ...body.one_time_keys };
		const count = Object.keys(device.oneTimeKeys).length;
		return ok({ one_time_key_counts: { signed_curve25519: count } });
	}
	if (what === "signatures" && more === "upload") return ok({ failures: takeSignatures(account, body) });
	return undefined;
}

function published({ userId, devices, identity }: Account): Json {
	const withKeys = [...devices.values()].flatMap(({ deviceId, keys }) => (keys ? [[deviceId, keys]] : []));
	const part = (key: Json | undefined) => (key === undefined ? {} : { [userId]: key });
	return {
		failures: {},
		device_keys: { [userId]: Object.fromEntries(withKeys) },
		master_keys: part(identity.get("master")),
		self_signing_keys: part(identity.get("self_signing")),
		user_signing_keys: part(identity.get("user_signing")),
	};
}

function takeSignatures(account: Account, body: Json): Json {
	const { userId, devices, identity } = account;
	const sent = isRecord(body[userId]) ? Object.entries(body[userId]) : [];
	const failed = sent.filter(([id, object]) => {
		if (!isRecord(object)) return true;
		const device = devices.get(id);
		const stored = device === undefined ? identity.get("master") : device.keys;
		const signed = stored && withGoodSignatures(account, stored, object);
		if (signed === undefined) return true;
		if (device === undefined) identity.set("master", signed);
		else device.keys = signed;
		return false;
	});
	const failure = { errcode: "M_INVALID_SIGNATURE", error: "Invalid signature" };
	return failed.length === 0 ? {} : { [userId]: Object.fromEntries(failed.map(([id]) => [id, failure])) };
}

function roomKeys({ account, method, path: [, what, first, second], body }: Asked): Answer | undefined {
	if (what === "keys") return backedUp(account, { method, body });
	if (what !== "version") return undefined;
	if (second !== undefined) return undefined;
	if (method === "POST") {
		const version = String(++account.backupsMade);
		const { algorithm, auth_data } = body;
		account.backups.push({ version, algorithm, auth_data, keys: new Map() });
		return ok({ version });
	}
	const backup = first === undefined ? account.backups.at(-1) : find(account, first);
	if (backup === undefined) return refusal(404, "M_NOT_FOUND", "No current backup version");
	if (method === "DELETE") {
		account.backups = account.backups.filter((one) => one !== backup);
		return ok();
	}
	if (method === "PUT") {
		backup.auth_data = body.auth_data;
		return ok();
	}
	const { version, algorithm, auth_data } = backup;
	return ok({ version, algorithm, auth_data, count: countOf(backup), etag: String(countOf(backup)) });
}

function find({ backups }: Account, version: string): Backup | undefined {
	return backups.find((one) => one.version === version);
}

function countOf({ keys }: Backup): number {
	return [...keys.values()].reduce((sum, sessions) => sum + sessions.size, 0);
}

/** Only in whole: apps put keys for many rooms at once. */
function backedUp(
	{ backups }: Account,
	{ method, body }: Pick<Asked, "method" | "body">,
): Answer | undefined {
	const backup = backups.at(-1);
	if (backup === undefined || method !== "PUT" || !isRecord(body.rooms)) return undefined;
	for (const [room, { sessions }] of Object.entries(body.rooms) as [string, { sessions: Json }][]) {
		const known = backup.keys.get(room) ?? new Map<string, unknown>();
		for (const [id, session] of Object.entries(sessions)) known.set(id, session);
		backup.keys.set(room, known);
	}
	return ok({ count: countOf(backup), etag: String(countOf(backup)) });
}

function ofUser({ account, method, path: [, user, what, type = ""], body }: Asked): Answer | undefined {
	if (what === "filter") return ok(method === "POST" ? { filter_id: "0" } : {});
	if (what !== "account_data") return undefined;
	if (user !== account.userId) return refusal(403, "M_FORBIDDEN", "Not yours");
	if (method === "PUT") account.accountData.set(type, body);
	const content = account.accountData.get(type);
	if (method === "PUT") return ok();
	return content === undefined ? refusal(404, "M_NOT_FOUND", "Account data not found") : ok(content);
}
