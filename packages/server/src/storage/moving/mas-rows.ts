import type {
	MasAccess,
	MasClient,
	MasPerson,
	MasRefresh,
	MasSession,
	MasSource,
} from "../../moving/mas/ports.ts";
import type { Kept } from "../../moving/ports.ts";
import { masClients, masKept, masPeople, masPeopleOf, masTheirs, masWaiting } from "./mas-sql.ts";
import type { Ask, Row } from "./source-postgres.ts";
import { SourceUnusable } from "./source-unusable.ts";
import { ulidOf, uuidOf } from "./ulid.ts";

/** Since when there are all tables and columns that are read. Newer ones are read too, as long as they have those. */
const oldestSchema = 20_250_924_132_713;

/** The newest tables whose every column and condition is known: newer ones are not written to. */
export const newestSchema = 20_260_720_134_722;

/** The rows of MAS that this asks for. Throws `SourceUnusable` where the tables are not MAS's, or too old. */
export async function readMas(ask: Ask): Promise<Omit<MasSource, "close">> {
	const [row] = await ask("SELECT max(version) AS version FROM _sqlx_migrations", []);
	const schemaVersion = Number(row?.version);
	if (!(schemaVersion >= oldestSchema))
		throw new SourceUnusable(
			`MAS's tables are of ${schemaVersion}; they are read from ${oldestSchema} on: start a newer MAS on them once`,
		);
	return {
		schemaVersion,
		async people({ after, limit }) {
			return readTheirs(ask, await ask(masPeople, [idBehind(after), limit]));
		},
		async clients({ after, limit }) {
			const rows = await ask(masClients, [idBehind(after), limit]);
			return rows.map(clientOf);
		},
		async kept() {
			const all = await Promise.all(
				Object.entries(masKept).map(async ([kind, sql]) =>
					(await ask(sql, [])).map(({ id, ...body }) => ({ kind, id: ulidOf(String(id)), body })),
				),
			);
			return all.flat() as readonly Kept[];
		},
		async waitingJobs() {
			const [waiting] = await ask(masWaiting, []);
			return Number(waiting?.count);
		},
	};
}

function idBehind(ulid: string): string {
	return ulid === "" ? "00000000-0000-0000-0000-000000000000" : uuidOf(ulid);
}

/** @see MasTarget.peopleOf */
export async function readPeopleOf(ask: Ask, ids: readonly string[]): Promise<readonly MasPerson[]> {
	return readTheirs(ask, await ask(masPeopleOf, [list(ids.map(uuidOf))]));
}

/** As PostgreSQL writes a list of ids. */
function list(uuids: readonly string[]): string {
	return `{${uuids.join(",")}}`;
}

async function readTheirs(ask: Ask, found: readonly Row[]): Promise<readonly MasPerson[]> {
	const these = [list(found.map(({ id }) => String(id)))];
	const by = async (sql: string, column: string) =>
		Map.groupBy(await ask(sql, these), (row) => String(row[column]));
	const of = {
		emails: await by(masTheirs.emails, "userId"),
		links: await by(masTheirs.links, "userId"),
		phones: await by(masTheirs.phones, "userId"),
		sessions: await by(masTheirs.sessions, "userId"),
		access: await by(masTheirs.access, "sessionId"),
		refresh: await by(masTheirs.refresh, "sessionId"),
	};
	return found.map((row) => {
		const id = String(row.id);
		return {
			...{ id: ulidOf(id), username: String(row.username), createdAt: Number(row.createdAt) },
			...{ lockedAt: number(row.lockedAt), deactivatedAt: number(row.deactivatedAt) },
			...{ admin: row.admin === true, isGuest: row.isGuest === true },
			password: row.hash === null ? null : { version: Number(row.passwordVersion), hash: String(row.hash) },
			emails: (of.emails.get(id) ?? []).map((email) => ({
				...{ address: String(email.address), addedAt: Number(email.addedAt) },
			})),
			links: (of.links.get(id) ?? []).map((link) => ({
				...{ provider: ulidOf(String(link.provider)), subject: String(link.subject) },
			})),
			hasPhone: of.phones.has(id),
			sessions: (of.sessions.get(id) ?? []).map((session) => sessionOf(session, of)),
		};
	});
}

type Rows = ReadonlyMap<string, readonly Row[]>;

function sessionOf(row: Row, of: { readonly access: Rows; readonly refresh: Rows }): MasSession {
	const id = String(row.id);
	return {
		kind: row.kind as MasSession["kind"],
		id: ulidOf(id),
		clientId: row.clientId === null ? null : ulidOf(String(row.clientId)),
		deviceId: text(row.deviceId),
		scope: row.scope as readonly string[],
		isSynapseAdmin: row.isSynapseAdmin === true,
		name: text(row.name),
		createdAt: Number(row.createdAt),
		lastActiveAt: number(row.lastActiveAt),
		lastActiveAddress: text(row.address),
		userAgent: text(row.userAgent),
		isOwnerGone: row.isOwnerGone === true,
		access: (of.access.get(id) ?? []).map(accessOf),
		refresh: (of.refresh.get(id) ?? []).map(refreshOf),
	};
}

function accessOf(row: Row): MasAccess {
	return {
		id: ulidOf(String(row.id)),
		token:
			row.token === null
				? { hash: Buffer.from(String(row.sha256), "hex").toString("base64url") }
				: { text: String(row.token) },
		...{ createdAt: Number(row.createdAt), expiresAt: number(row.expiresAt), used: row.used === true },
	};
}

function refreshOf(row: Row): MasRefresh {
	const id = (value: unknown) => (value === null ? null : ulidOf(String(value)));
	return {
		...{ id: ulidOf(String(row.id)), token: String(row.token), createdAt: Number(row.createdAt) },
		...{ accessId: id(row.accessId), nextId: id(row.nextId), consumed: row.consumed === true },
	};
}

function clientOf(row: Row): MasClient {
	return {
		...{ id: ulidOf(String(row.id)), name: text(row.name), createdAt: number(row.createdAt) },
		isStatic: row.isStatic === true,
		...{ applicationType: text(row.applicationType), clientUri: text(row.clientUri) },
		...{ logoUri: text(row.logoUri), tosUri: text(row.tosUri), policyUri: text(row.policyUri) },
		redirectUris: row.redirectUris as readonly string[],
		grants: {
			authorizationCode: row.authorizationCode === true,
			refreshToken: row.refreshToken === true,
			deviceCode: row.deviceCode === true,
			clientCredentials: row.clientCredentials === true,
		},
		...{ authMethod: text(row.authMethod), encryptedSecret: text(row.encryptedSecret) },
		idTokenAlgorithm: text(row.idTokenAlgorithm),
	};
}

function text(value: unknown): string | null {
	return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
	return value === null || value === undefined ? null : Number(value);
}
