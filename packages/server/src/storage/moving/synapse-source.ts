import type { DatabaseSync } from "node:sqlite";
import type { SynapseAccess, SynapsePerson, SynapseRefresh, SynapseSource } from "../../moving/ports.ts";
import { type OpenedFile, openSynapseFile, SourceUnusable } from "./open-synapse.ts";

/** Of Synapse's tables: those whose columns are read below. */
export const knownSchema = { from: 84, to: 94 } as const;

/** Opens Synapse's SQLite file. Throws `SourceUnusable`. */
export function openSynapseSource(file: string): SynapseSource {
	return sourceOn(openSynapseFile(file), knownSchema.from);
}

/**
 * The rows of Synapse on this connection, which is closed with them. Throws `SourceUnusable` where its tables are older
 * than that, or newer than those that are known.
 */
export function sourceOn({ connection, close }: OpenedFile, from: number): SynapseSource {
	try {
		const schemaVersion = Number(connection.prepare("SELECT version FROM schema_version").get()?.version);
		if (!(schemaVersion >= from && schemaVersion <= knownSchema.to))
			throw new SourceUnusable(
				`Synapse's tables are of version ${schemaVersion}; known are ${from} to ${knownSchema.to}`,
			);
		return { schemaVersion, ...readers(connection), close: async () => close() };
	} catch (error) {
		close();
		throw error;
	}
}

function readers(connection: DatabaseSync): Pick<SynapseSource, "countPeople" | "people"> {
	const users = connection.prepare(`
		SELECT u.name AS "userId", u.password_hash AS "passwordHash", u.creation_ts AS "createdAt", u.admin,
			u.is_guest AS "isGuest", u.appservice_id AS "appServiceId", u.deactivated,
			u.shadow_banned AS "shadowBanned", u.locked, u.approved, p.displayname AS "displayName"
		FROM users u LEFT JOIN profiles p ON p.full_user_id = u.name
		WHERE u.name > ? ORDER BY u.name LIMIT ?`);
	const of = (columns: string, table: string, more = "") =>
		connection.prepare(
			`SELECT user_id AS "userId", ${columns} FROM ${table} WHERE user_id BETWEEN ? AND ? ${more}`,
		);
	const devices = of(
		'device_id AS "deviceId", display_name AS "displayName", last_seen AS "lastSeen", ip, user_agent AS "userAgent"',
		"devices",
		"AND NOT coalesce(hidden, FALSE) ORDER BY device_id",
	);
	const access = of(
		`token, device_id AS "deviceId", valid_until_ms AS "validUntil", puppets_user_id AS puppets,
		last_validated AS "lastValidated", refresh_token_id AS "refreshTokenId", used`,
		"access_tokens",
		"ORDER BY id",
	);
	const refresh = of(
		`id, token, device_id AS "deviceId", next_token_id AS "nextId", expiry_ts AS "expiresAt",
		ultimate_session_expiry_ts AS "sessionEndsAt"`,
		"refresh_tokens",
		"ORDER BY id",
	);
	const threepids = of(
		'medium, address, added_at AS "addedAt"',
		"user_threepids",
		"ORDER BY medium, address",
	);
	const links = of("auth_provider AS provider, external_id AS subject", "user_external_ids", "ORDER BY 2, 3");
	return {
		async countPeople() {
			return Number(connection.prepare("SELECT count(*) AS count FROM users").get()?.count);
		},
		async people({ after, limit }) {
			const found = users.all(after, limit);
			const ids = found.map(({ userId }) => String(userId));
			const [first = "", last = ""] = [ids.at(0), ids.at(-1)];
			const rowsOf = (statement: typeof users) => byPerson(statement.all(first, last));
			const theirs = {
				...{ devices: rowsOf(devices), access: rowsOf(access), refresh: rowsOf(refresh) },
				...{ threepids: rowsOf(threepids), links: rowsOf(links) },
			};
			return found.map((row) => personOf(row, theirs));
		},
	};
}

type Row = Readonly<Record<string, unknown>>;
type Rows = ReadonlyMap<string, readonly Row[]>;

function byPerson(rows: readonly Row[]): Rows {
	return Map.groupBy(rows, ({ userId }) => String(userId));
}

type Theirs = Readonly<Record<"devices" | "access" | "refresh" | "threepids" | "links", Rows>>;

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
