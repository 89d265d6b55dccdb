import { Client } from "pg";
import { copying, unfinished } from "../copy/mark.ts";
import type { StorageSettings } from "../homeserver-kind.ts";
import { migrate } from "../migrations/run.ts";
import type { Storage } from "../storage.ts";
import { createUnit } from "../unit.ts";
import { answered } from "./answered.ts";
import { createBegunRequests } from "./begun-requests.ts";
import { createSharedLimits, limitsTable } from "./limits.ts";
import { lookupsOn } from "./lookups.ts";
import { openNotices } from "./notices.ts";
import { connectionTo, createLines, openPool, ourSettings, patienceMs, singleStatements } from "./pool.ts";
import { builderOf, queriesOn } from "./queries.ts";
import { createRotations } from "./rotations.ts";
import { createStatementNames } from "./statement-names.ts";
import { createSharedTurns } from "./turns.ts";
import { createUseNotes } from "./use-notes.ts";
import { createWrites, turns } from "./writes.ts";

/** The database cannot be reached, or does not let us in. The message is for the operator, and holds no password. */
export class DatabaseUnavailable extends Error {
	override readonly name = "DatabaseUnavailable";
}

/** Their own, so that nobody who asks about a token waits for one that a unit of work holds. */
const lookupConnections = 4;
/**
 * A connection that has to be made, and its plans with it, takes longer than hundreds of lookups, so those that a busy
 * moment needed stay for the next. Not for ever: what lies between may forget a connection without a word.
 */
const keptWarmMs = 120_000;
/** Notes, and requests of apps that begin, have one each at most, so that there always is one for refreshes. */
const singleConnections = 3;

/** Any number, as long as it is always this one. */
export const upgradeLock = 4_821_735_002;

/** What this dialect needs beside the migrations: the turns of units of work, and attempts, which may be lost. */
const ownTables = `
	CREATE TABLE IF NOT EXISTS ${turns} ();
	CREATE UNLOGGED TABLE IF NOT EXISTS ${limitsTable} (
		key text PRIMARY KEY, points integer NOT NULL, expire bigint
	)`;

/**
 * Opens the database at this `postgres://` URL, creating and upgrading the tables as needed. Any number of servers
 * may work on it side by side. Connections that break are replaced; what runs on one fails, and can be tried again.
 * Throws `DatabaseUnavailable` when it cannot be reached, and `StorageUnavailable` when it goes away meanwhile.
 * @param onError told of broken connections that nobody was using, and of statements whose failing nobody else notices
 */
export async function openPostgres(
	url: string,
	onError: (error: unknown) => void,
	settings: StorageSettings = { homeserver: "embedded" },
): Promise<Storage> {
	await upgradePostgres(url);
	const lines = createLines(url);
	let isClosing = false;
	const onBroken = (error: unknown) => {
		if (!isClosing) onError(error);
	};
	const pool = openPool(lines, onBroken);
	const lookups = openPool(lines, onBroken, {
		...{ max: lookupConnections, session: `${singleStatements}; SET default_transaction_read_only = on` },
		idleTimeoutMillis: keptWarmMs,
	});
	const single = openPool(lines, onBroken, {
		...{ max: singleConnections, session: singleStatements, idleTimeoutMillis: keptWarmMs },
	});
	const limits = createSharedLimits(lines, onBroken);
	const sharedTurns = createSharedTurns(lines, onBroken);
	const notices = await openNotices(lines, onBroken);
	const nameOf = createStatementNames();
	const write = createWrites(pool, nameOf, { settings, committed: notices.say });
	const running = new Set<Promise<unknown>>();
	return {
		read: createUnit({ db: builderOf(pool, nameOf), lookup: lookupsOn(lookups, nameOf) }, settings, () => {}),
		write(work) {
			const done = write(work);
			const settled = done.catch(() => {}).finally(() => running.delete(settled));
			running.add(settled);
			return done;
		},
		watch: notices.watch,
		exclusively: sharedTurns.exclusively,
		newRateLimiter: limits.newRateLimiter,
		rotations: createRotations(single, onBroken),
		useNotes: createUseNotes(single, onBroken),
		begunRequests: createBegunRequests(single),
		async close(giveUp = AbortSignal.timeout(patienceMs)) {
			const finish = async () => {
				await Promise.all(running);
				await Promise.all([notices.close(), limits.close(), sharedTurns.close()]);
				await Promise.all([lookups, single, pool].map((each) => each.end()));
			};
			await Promise.race([finish(), aborted(giveUp)]);
			isClosing = true;
			// Goodbyes that nobody hears would keep the process.
			lines.cut();
		},
	};
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

/**
 * One server after another: the second finds the work done.
 * @param mayBeUnfinished whether it may be what a copy has begun and not ended
 */
export async function upgradePostgres(url: string, { mayBeUnfinished = false } = {}): Promise<void> {
	const client = await firstConnection(url);
	try {
		await checkEncoding(client);
		await answered(client.query(ourSettings));
		await answered(client.query("SELECT pg_advisory_lock($1)", [upgradeLock]));
		await migrate(queriesOn(client, createStatementNames()).db);
		await answered(client.query(ownTables));
		const { rowCount } = await answered(client.query("SELECT 1 FROM settings WHERE name = $1", [copying]));
		if (rowCount !== 0 && !mayBeUnfinished) throw new DatabaseUnavailable(`${cannotBeUsed} ${unfinished}`);
	} catch (cause) {
		const { cause: behind = cause } = cause instanceof Error ? cause : {};
		if (codeOf(behind) === mayNot) throw new DatabaseUnavailable(reasonOf(behind), { cause });
		throw cause;
	} finally {
		await client.end();
	}
}

/** What cannot hold every name would fail in the middle of somebody's day: at the first name it has no letters for. */
async function checkEncoding(client: Client): Promise<void> {
	const { rows } = await answered(
		client.query<{ encoding: string; name: string }>(
			"SELECT current_setting('server_encoding') AS encoding, current_database() AS name",
		),
	);
	const [{ encoding, name } = { encoding: "unknown", name: "countersign" }] = rows;
	if (encoding === "UTF8") return;
	throw new DatabaseUnavailable(
		`${cannotBeUsed} it is of the encoding ${encoding}, which cannot hold every name. Make one that can: createdb ${name}_utf8 --owner=OWNER --encoding=UTF8 --locale=C.UTF-8 --template=template0.`,
	);
}

async function firstConnection(url: string): Promise<Client> {
	try {
		const client = new Client(connectionTo(url));
		// One that breaks in use fails the statement that runs on it.
		client.on("error", () => {});
		await client.connect();
		return client;
	} catch (cause) {
		throw new DatabaseUnavailable(reasonOf(cause), { cause });
	}
}

/** The code alone: words about a URL that was taken apart wrongly can hold a piece of its password. */
function reasonOf(error: unknown): string {
	if (error instanceof Error && error.message === withoutTls) return `${cannotBeUsed} ${speaksNoTls}.`;
	const code = codeOf(error);
	return `${cannotBeUsed} ${reasons[code] ?? code}.`;
}

function codeOf(error: unknown): string {
	return error instanceof Error ? ("code" in error ? String(error.code) : error.name) : "";
}

const cannotBeUsed = "The database of the settings cannot be used:";

/** What the library says, word for word, without a code. */
const withoutTls = "The server does not support SSL connections";
const speaksNoTls =
	"it does not speak TLS, and sslmode in its URL asks for it; write ssl = on in its postgresql.conf, or leave sslmode out where nobody can listen on the way";

const mayNot = "42501";
const escapes = "in a password, @ / ? # % are written %40 %2F %3F %23 %25";

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const reasons: Readonly<Record<string, string>> = {
	Error: "it does not answer",
	ERR_INVALID_URL: `its URL cannot be read; ${escapes}`,
	ENOENT: "a file or socket that its URL names is not there",
	ENOTFOUND: `there is no such host; ${escapes}`,
	EAI_AGAIN: `its host's name cannot be looked up; ${escapes}`,
	ECONNREFUSED: "nobody answers at that host and port",
	"28P01": `it refuses this user or password; ${escapes}`,
	"28000": "it refuses this user from here",
	[mayNot]: "this user may not make tables in it; make the user its owner: ALTER DATABASE name OWNER TO user",
	"3D000": "there is no such database",
	"53300": "it has no connection left",
};
