import type { SynapseAccess, SynapsePerson, SynapseRefresh, SynapseSource } from "../../moving/ports.ts";
import type { Ask, Row } from "./source-postgres.ts";
import { SourceUnusable } from "./source-unusable.ts";

/** Of Synapse's tables: those whose columns are read below. */
export const knownSchema = { from: 84, to: 94 } as const;

const users = `
	SELECT u.name AS "userId", u.password_hash AS "passwordHash", u.creation_ts AS "createdAt", u.admin,
		u.is_guest AS "isGuest", u.appservice_id AS "appServiceId", u.deactivated,
		u.shadow_banned AS "shadowBanned", u.locked, u.approved, p.displayname AS "displayName"
	FROM users u LEFT JOIN profiles p ON p.full_user_id = u.name
	WHERE u.name > ? ORDER BY u.name LIMIT ?`;

const of = (columns: string, table: string, more: string) =>
	`SELECT user_id AS "userId", ${columns} FROM ${table} WHERE user_id BETWEEN ? AND ? ${more}`;

const theirs = {
	devices: of(
		'device_id AS "deviceId", display_name AS "displayName", last_seen AS "lastSeen", ip, user_agent AS "userAgent"',
		"devices",
		"AND NOT coalesce(hidden, FALSE) ORDER BY device_id",
	),
	access: of(
		`token, device_id AS "deviceId", valid_until_ms AS "validUntil", puppets_user_id AS puppets,
		last_validated AS "lastValidated", refresh_token_id AS "refreshTokenId", used`,
		"access_tokens",
		"ORDER BY id",
	),
	refresh: of(
		`id, token, device_id AS "deviceId", next_token_id AS "nextId", expiry_ts AS "expiresAt",
		ultimate_session_expiry_ts AS "sessionEndsAt"`,
		"refresh_tokens",
		"ORDER BY id",
	),
	threepids: of('medium, address, added_at AS "addedAt"', "user_threepids", "ORDER BY medium, address"),
	links: of("auth_provider AS provider, external_id AS subject", "user_external_ids", "ORDER BY 2, 3"),
} as const;

type Theirs = Readonly<Record<keyof typeof theirs, Rows>>;

/**
 * The rows of Synapse that this asks for. Throws `SourceUnusable` where its tables are older than that, or newer than
 * those that are known.
 */
export async function readSynapse(
	ask: Ask,
	{ from = knownSchema.from }: { readonly from?: number } = {},
): Promise<Omit<SynapseSource, "close">> {
	const [row] = await ask("SELECT version FROM schema_version", []);
	const schemaVersion = Number(row?.version);
	if (!(schemaVersion >= from && schemaVersion <= knownSchema.to))
		throw new SourceUnusable(
			`Synapse's tables are of version ${schemaVersion}; known are ${from} to ${knownSchema.to}`,
		);
	return {
		schemaVersion,
		async people({ after, limit }) {
			const found = await ask(users, [after, limit]);
			const ids = found.map(({ userId }) => String(userId));
			const range = [ids.at(0) ?? "", ids.at(-1) ?? ""];
			const rowsOf = async (sql: string) =>
				Map.groupBy(await ask(sql, range), ({ userId }) => String(userId));
			const all = {
				devices: await rowsOf(theirs.devices),
				access: await rowsOf(theirs.access),
				refresh: await rowsOf(theirs.refresh),
				threepids: await rowsOf(theirs.threepids),
				links: await rowsOf(theirs.links),
			};
			return found.map((each) => personOf(each, all));
		},
	};
}

type Rows = ReadonlyMap<string, readonly Row[]>;

function personOf(row: Row, theirs: Theirs): SynapsePerson {
	const userId = String(row.userId);
	const of = (rows: Rows) => rows.get(userId) ?? [];
	return {
		userId,
		passwordHash: text(row.passwordHash),
		createdAtSeconds: number(row.createdAt) ?? 0,
		admin: truth(row.admin),
		isGuest: truth(row.isGuest),
		appServiceId: text(row.appServiceId),
		deactivated: truth(row.deactivated),
		shadowBanned: truth(row.shadowBanned),
		locked: truth(row.locked),
		approved: row.approved === null ? null : truth(row.approved),
		displayName: text(row.displayName),
		devices: of(theirs.devices).map((device) => ({
			deviceId: String(device.deviceId),
			displayName: text(device.displayName),
			lastSeen: number(device.lastSeen),
			ip: text(device.ip),
			userAgent: text(device.userAgent),
		})),
		accessTokens: of(theirs.access).map(accessOf),
		refreshTokens: of(theirs.refresh).map(refreshOf),
		threepids: of(theirs.threepids).map(({ medium, address, addedAt }) => ({
			...{ medium: String(medium), address: String(address), addedAt: number(addedAt) ?? 0 },
		})),
		externalIds: of(theirs.links).map(({ provider, subject }) => ({
			...{ provider: String(provider), subject: String(subject) },
		})),
	};
}

function accessOf(row: Row): SynapseAccess {
	return {
		token: String(row.token),
		deviceId: text(row.deviceId),
		validUntil: number(row.validUntil),
		puppets: text(row.puppets),
		lastValidated: number(row.lastValidated),
		refreshTokenId: number(row.refreshTokenId),
		used: truth(row.used),
	};
}

function refreshOf(row: Row): SynapseRefresh {
	return {
		id: Number(row.id),
		token: String(row.token),
		deviceId: String(row.deviceId),
		nextId: number(row.nextId),
		expiresAt: number(row.expiresAt),
		sessionEndsAt: number(row.sessionEndsAt),
	};
}

function text(value: unknown): string | null {
	return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
	return value === null || value === undefined ? null : Number(value);
}

/** 0 and 1 in SQLite. */
function truth(value: unknown): boolean {
	return value === true || value === 1;
}
