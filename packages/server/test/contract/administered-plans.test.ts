/** How the lists of the admin API are found among many: what the database says of the very statements. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import { Client } from "pg";
import type { AdministeredReads, Page } from "../../src/admin/ports.ts";
import { createAdministered } from "../../src/storage/administered/administered.ts";
import type { Database } from "../../src/storage/database.ts";
import { queriesOn } from "../../src/storage/postgres/queries.ts";
import { createStatementNames } from "../../src/storage/postgres/statement-names.ts";
import { connect, queries } from "../../src/storage/sqlite.ts";
import { addRowsLike } from "../support/many-rows.ts";
import { dialect, openTemporaryStorage, type Place, seedAccount, seedBrowser } from "../support/storage.ts";

const many = 4_000;
/** Of each kind that a filter asks for. */
const few = 40;
const ulidOf = (kind: string, at: number) => `01${kind}${String(at).padStart(23, "0")}`;
const person = asAccountId(ulidOf("A", 2_000));

const page: Page = { after: undefined, before: undefined, take: 11, isFromEnd: false };
const deep = (kind: string): Page => ({ ...page, after: [ulidOf(kind, 2_000)] });
const last: Page = { ...page, isFromEnd: true };

/**
 * What is asked; by which indexes it is found in SQLite, `+` before what is sorted afterwards; and how many rows PostgreSQL may
 * look at besides the few: all names, or a part of all people who come in their order.
 */
const asked: Readonly<Record<string, readonly [ask: Ask, by: string, looksAt?: number]>> = {
	"users, the first page": [({ users }) => users.list({}, page), "walk accounts key 1"],
	"users, in the middle": [({ users }) => users.list({}, deep("A")), "accounts key 1"],
	"users, the last page": [({ users }) => users.list({}, last), "walk accounts key 1"],
	"user, by id": [({ users }) => users.find(person), "accounts key 1"],
	"users, active": [
		({ users }) => users.list({ status: "active" }, deep("A")),
		"accounts accounts_that_are_active",
	],
	"users, locked": [
		({ users }) => users.list({ status: "locked" }, page),
		"walk accounts accounts_that_are_locked",
	],
	"users, closed": [
		({ users }) => users.list({ status: "deactivated" }, page),
		"walk accounts accounts_that_are_closed",
	],
	"users, administrators": [
		({ users }) => users.list({ isAdmin: true }, page),
		"walk accounts accounts_that_administer",
	],
	"users, of a name": [
		({ users }) => users.list({ search: "person2000" }, page),
		"accounts accounts_in_any_case; accounts key 1; walk accounts accounts_in_any_case; account_emails account_emails_verified; walk accounts accounts_in_any_case, accounts accounts_in_any_case, account_emails account_emails_verified, accounts key 1, +sorted",
		2 * many,
	],
	"users, by address": [
		({ users }) => users.list({ search: "person2000@" }, page),
		"accounts key 1, account_emails account_emails_verified",
	],
	"users, signed in by an app": [
		({ users }) => users.list({ activeClients: ["rare"] }, page),
		"sessions sessions_of_client; accounts key 1, sessions sessions_of_client",
		many / 2,
	],
	"users, with the older API": [
		({ users }) => users.list({ hasCompatSession: true }, page),
		"sessions sessions_by_kind; accounts key 1, sessions sessions_by_kind",
		many / 2,
	],
	"number of administrators": [
		({ users }) => users.count({ isAdmin: true }),
		"walk accounts accounts_that_administer",
	],
	"number of locked": [
		({ users }) => users.count({ status: "locked" }),
		"walk accounts accounts_that_are_locked",
	],
	"number of closed": [
		({ users }) => users.count({ status: "deactivated" }),
		"walk accounts accounts_that_are_closed",
	],
	"number by address": [
		({ users }) => users.count({ search: "person2000@" }),
		"accounts key 1, account_emails account_emails_verified",
	],
	"addresses, in the middle": [
		({ emails }) => emails.list({}, deep("E")),
		"account_emails account_emails_told_id",
	],
	"addresses, of somebody": [
		({ emails }) => emails.list({ accountId: person }, page),
		"account_emails key 1, +sorted",
	],
	"addresses, the one": [
		({ emails }) => emails.list({ key: "person2000@example.org" }, page),
		"account_emails account_emails_from_the_beginning, +sorted",
	],
	"browsers, in the middle": [
		({ browsers }) => browsers.list({ now: 5 }, deep("B")),
		"browser_sessions browser_sessions_told_id",
	],
	"browsers, of somebody": [
		({ browsers }) => browsers.list({ accountId: person, now: 5 }, page),
		"browser_sessions browser_sessions_of_account, +sorted",
	],
	"number of somebody's browsers": [
		({ browsers }) => browsers.count({ accountId: person, now: 5 }),
		"browser_sessions browser_sessions_of_account",
	],
	"OAuth, in the middle": [
		({ appSessions }) => appSessions.list({ kind: "oauth" }, deep("S")),
		"sessions sessions_by_kind, clients key 1",
	],
	"OAuth, of somebody": [
		({ appSessions }) => appSessions.list({ kind: "oauth", accountId: person }, page),
		"sessions sessions_of_account, clients key 1",
	],
	"OAuth, of an app": [
		({ appSessions }) => appSessions.list({ kind: "oauth", clientIds: ["rare"] }, page),
		"clients key 1, sessions sessions_of_client",
	],
	"number of an app's": [
		({ appSessions }) => appSessions.count({ kind: "oauth", clientIds: ["rare"] }),
		"sessions sessions_of_client",
	],
	"older API": [
		({ appSessions }) => appSessions.list({ kind: "compat" }, page),
		"sessions sessions_by_kind, clients key 1",
	],
	"older API, of somebody": [
		({ appSessions }) => appSessions.list({ kind: "compat", accountId: person }, page),
		"sessions sessions_of_account, clients key 1",
	],
	"number of the older API": [
		({ appSessions }) => appSessions.count({ kind: "compat" }),
		"sessions sessions_by_kind",
	],
	tokens: [
		({ appSessions }) => appSessions.list({ kind: "token" }, page),
		"sessions sessions_by_kind, clients key 1",
	],
	"tokens, of somebody": [
		({ appSessions }) => appSessions.list({ kind: "token", accountId: person }, page),
		"sessions sessions_of_account, clients key 1",
	],
	"number of tokens": [
		({ appSessions }) => appSessions.count({ kind: "token" }),
		"sessions sessions_by_kind",
	],
	"session, by id": [
		({ appSessions }) => appSessions.find(ulidOf("S", 2_000)),
		"sessions sessions_told_id, clients key 1",
	],
	"links, of somebody": [
		({ upstreamLinks }) => upstreamLinks.list({ accountId: person }, page),
		"accounts key 1, account_links account_links_of_account, +sorted",
	],
	"links, of a service": [
		({ upstreamLinks }) => upstreamLinks.list({ provider: "rare" }, page),
		"account_links account_links_of_provider, accounts key 1",
	],
	"links, the one": [
		({ upstreamLinks }) => upstreamLinks.list({ subject: "s2000" }, page),
		"account_links account_links_by_subject, accounts key 1",
	],
	"number of a service's": [
		({ upstreamLinks }) => upstreamLinks.count({ provider: "rare" }),
		"account_links account_links_of_provider",
	],
};

test(`statements of the admin API, ${dialect}: found by an index, and nothing else is looked at`, async (t) => {
	const storage = await openTemporaryStorage();
	t.after(() => storage.close());
	await seed(storage);
	const explained = await (dialect === "SQLite" ? onSqlite : onPostgres)(storage.place);
	for (const [name, [ask, by, looksAt = 0]] of Object.entries(asked))
		await t.test(name, () => explained.check(ask, { by, looksAt }));
	const everybody: Ask = ({ users }) => users.count({});
	if (dialect !== "SQLite")
		await assert.rejects(explained.check(everybody, { by: "", looksAt: 0 }), /4001 rows/);
	await explained.close();
});

type Ask = (of: AdministeredReads) => Promise<unknown>;

interface Explained {
	/** @param how by which indexes, or how many rows it may look at besides the few it is about */
	check(ask: Ask, how: { readonly by: string; readonly looksAt: number }): Promise<void>;
	close(): Promise<void>;
}

async function onSqlite({ dataDirectory }: Place): Promise<Explained> {
	const connection = connect(join(dataDirectory, "countersign.db"));
	const asked: string[] = [];
	const { prepare } = connection;
	connection.prepare = (text: string) => {
		asked.push(text);
		return prepare.call(connection, text);
	};
	const lists = createAdministered(queries(connection).db);
	return {
		async check(ask, { by }) {
			asked.length = 0;
			await ask(lists);
			const plans = asked.map((text) =>
				prepare
					.call(connection, `EXPLAIN QUERY PLAN ${text}`)
					.all()
					.map(({ detail }) => String(detail)),
			);
			assert.equal(plans.map(indexesOf).join("; "), by, JSON.stringify(plans));
		},
		close: async () => connection.close(),
	};
}

function indexesOf(plan: readonly string[]): string {
	const used = plan.flatMap((line) => {
		if (line.includes("B-TREE FOR ORDER BY")) return ["+sorted"];
		const [, verb, table, how = ""] = /^(SCAN|SEARCH) (\w+)(.*)$/.exec(line) ?? [];
		if (verb === undefined || table === "looked") return [];
		const index =
			/INDEX (\w+)/.exec(how)?.[1]?.replace(/^sqlite_autoindex_\w+_(\d)$/, "key $1") ??
			(how.includes("PRIMARY KEY") ? "key" : "EVERYTHING");
		return [`${verb === "SCAN" ? "walk " : ""}${table} ${index}`];
	});
	return used.join(", ");
}

async function onPostgres({ database }: Place): Promise<Explained> {
	const client = new Client(database);
	await client.connect();
	const asked: { readonly text: string; readonly values: unknown[] }[] = [];
	const query = client.query.bind(client);
	Object.assign(client, {
		query(config: { readonly text: string; readonly values?: unknown[] }) {
			asked.push({ text: config.text, values: config.values ?? [] });
			return query(config as never);
		},
	});
	const db: Kysely<Database> = queriesOn(client, createStatementNames()).db;
	const lists = createAdministered(db);
	return {
		async check(ask, { looksAt }) {
			asked.length = 0;
			await ask(lists);
			assert.ok(asked.length > 0);
			const plans: Node[] = [];
			for (const { text, values } of asked) {
				const { rows } = await query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values);
				plans.push(rows[0]["QUERY PLAN"][0].Plan);
			}
			const most = Math.max(...plans.map(lookedAt));
			assert.ok(most <= looksAt + 4 * few, `${most} rows: ${JSON.stringify(plans)}`);
		},
		close: () => client.end(),
	};
}

interface Node {
	readonly "Node Type": string;
	readonly "Actual Rows": number;
	readonly "Actual Loops": number;
	readonly "Rows Removed by Filter"?: number;
	readonly "Rows Removed by Index Recheck"?: number;
	readonly Plans?: readonly Node[];
}

/** Rows that were read out of tables, found or not. */
function lookedAt(node: Node): number {
	const below = (node.Plans ?? []).reduce((sum, each) => sum + lookedAt(each), 0);
	if (!node["Node Type"].endsWith("Scan")) return below;
	const removed = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
	return below + (node["Actual Rows"] + removed) * node["Actual Loops"];
}

async function seed(storage: Awaited<ReturnType<typeof openTemporaryStorage>>): Promise<void> {
	const { accountId } = await seedAccount(storage, { localpart: "first", deviceIds: ["FIRST"], at: 1 });
	await seedBrowser(storage, { accountId, at: 1 });
	const [address, key] = ["first@example.org", "first@example.org"];
	await storage.write(({ addresses }) => addresses.confirm({ accountId, address, key, at: 1 }));
	await storage.write(({ accountLinks }) =>
		accountLinks.add({ accountId, provider: "common", subject: "first", linkedAt: 1 }),
	);
	const all = Array.from({ length: many }, (_, at) => at);
	const some = all.filter((at) => at % (many / few) === 0);
	const isSome = (at: number) => some.includes(at);
	const id = (at: number) => ulidOf("A", at);
	const session = (at: number, clientId: string, nth = 0) => ({
		...{ id: `session${nth}-${at}`, told_id: ulidOf("S", nth * many + at), account_id: id(at) },
		...{ device_id: `D${nth}-${at}`, client_id: clientId },
	});
	const tokenClient = (at: number) => `lasting-token-own.${at}`;
	await addRowsLike(storage.place, [
		{
			table: "accounts",
			rows: all.map((at) => ({
				...{ id: id(at), localpart: `person${at}`, admin: Number(isSome(at + 1)) },
				...{ locked_at: isSome(at + 2) ? 5 : null, deactivated_at: isSome(at + 3) ? 5 : null },
			})),
		},
		{
			table: "account_emails",
			rows: all.map((at) => ({
				...{ account_id: id(at), address: `person${at}@example.org`, told_id: ulidOf("E", at) },
				address_key: `person${at}@example.org`,
			})),
		},
		{
			table: "browser_sessions",
			rows: all.map((at) => ({ id_hash: `b${at}`, account_id: id(at), told_id: ulidOf("B", at) })),
		},
		{
			table: "clients",
			like: "id <> 'legacy'",
			rows: [...["common", "rare"], ...some.map(tokenClient)].map((name) => ({ id: name })),
		},
		{
			table: "sessions",
			rows: [
				...all.map((at) => session(at, isSome(at + 4) ? "rare" : "common")),
				...some.flatMap((at) => [session(at, "legacy", 1), session(at, tokenClient(at), 2)]),
			],
		},
		{
			table: "account_links",
			rows: all.map((at) => ({
				...{ provider: isSome(at) ? "rare" : "common", subject: `s${at}`, account_id: id(at) },
				told_id: ulidOf("L", at),
			})),
		},
	]);
}
