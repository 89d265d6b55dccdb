/**
 * What the database itself holds, should every check before it fail: written past the server, of each promise one row
 * that is taken, one that would break it, and one like it that is no second.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type RunningServer, startServer } from "../support/server.ts";

type Values = Readonly<Record<string, string | number>>;

interface Promised {
	readonly table: string;
	readonly first: Values;
	/** What of it another row has instead, that is refused. */
	readonly second: Values;
	/** The same, taken. */
	readonly others: readonly Values[];
}

/** Late enough that no clean-up takes the rows. */
const then = Date.parse("2096-01-01");

const session = {
	...{ id: "s1", account_id: "a1", client_id: "c1", device_id: "D1" },
	...{ scope: "x", created_at: then, last_used_at: then },
};
const request = {
	...{ reference: "r1", uia_session: "u1", account_id: "a1", session_id: "sa", device_id: "DA" },
	...{ digest: "d1", keys: "{}", master_key: "M", state: "pending" },
	...{ created_at: then, last_upload_at: then, expires_at: then },
};
const another = { reference: "r2", uia_session: "u2" };

const promises: Readonly<Record<string, Promised>> = {
	"a name is one person's": {
		table: "accounts",
		first: { id: "a9", localpart: "nine", password_changed_at: then, created_at: then, admin: 0 },
		second: { id: "a8" },
		others: [{ id: "a8", localpart: "eight" }],
	},
	"a device has one live session": {
		table: "sessions",
		first: session,
		second: { id: "s2" },
		others: [
			{ id: "s3", ended_at: then },
			{ id: "s4", account_id: "a2" },
			{ id: "s5", device_id: "D2" },
		],
	},
	"a device is kept for one ended session": {
		table: "sessions",
		first: { ...session, ended_at: then, device_kept_until: then },
		second: { id: "s2" },
		others: [{ id: "s3", account_id: "a2" }],
	},
	"an identity is asked for by one live request of a session": {
		table: "reset_requests",
		first: request,
		second: { ...another, state: "approved" },
		others: [
			{ ...another, state: "denied" },
			{ reference: "r3", uia_session: "u3", digest: "d2" },
			{ reference: "r4", uia_session: "u4", session_id: "sb" },
		],
	},
	"a UIA session is one request's, over or not": {
		table: "reset_requests",
		first: { ...request, state: "expired" },
		second: { reference: "r2" },
		others: [another],
	},
	"a person has one approval": {
		table: "reset_requests",
		first: { ...request, state: "approved" },
		second: { ...another, digest: "d2" },
		others: [{ ...another, digest: "d2", account_id: "a2" }],
	},
	"a person has one spend": {
		table: "reset_requests",
		first: { ...request, state: "spending" },
		second: { ...another, digest: "d2" },
		others: [
			{ ...another, digest: "d2", account_id: "a2" },
			{ reference: "r3", uia_session: "u3", digest: "d3", state: "approved" },
		],
	},
	"a user code is one device's": {
		table: "device_authorizations",
		first: {
			...{ device_code_hash: "h1", user_code_hash: "u1", client_id: "c1", scope: "x", state: "pending" },
			...{ interval_ms: 5, created_at: then, expires_at: then },
		},
		second: { device_code_hash: "h2" },
		others: [{ device_code_hash: "h2", user_code_hash: "u2" }],
	},
	"a login token is one sign-in's": {
		table: "sso_requests",
		first: {
			...{ id: "o1", redirect_url: "https://app.example/", action: "login", state: "approved" },
			...{ created_at: then, expires_at: then, account_id: "a1", generation: 0, login_token_hash: "t1" },
		},
		second: { id: "o2", state: "spent" },
		others: [{ id: "o2", login_token_hash: "t2" }],
	},
};

function inserted(table: string, values: Values): string {
	const literal = (value: string | number) => (typeof value === "number" ? String(value) : `'${value}'`);
	return `INSERT INTO ${table} (${Object.keys(values).join(", ")}) VALUES (${Object.values(values).map(literal).join(", ")})`;
}

/** Two people, an app, and a session of each. */
async function seed(server: RunningServer): Promise<void> {
	const account = { password_changed_at: then, created_at: then, admin: 0 };
	for (const [id, localpart] of [
		["a1", "alice"],
		["a2", "bob"],
	] as const)
		await server.change(inserted("accounts", { id, localpart, ...account }));
	await server.change(
		inserted("clients", { id: "c1", metadata: "{}", created_at: then, last_used_at: then }),
	);
	for (const [id, device_id] of [
		["sa", "DA"],
		["sb", "DB"],
	] as const)
		await server.change(inserted("sessions", { ...session, id, device_id }));
}

describe("the database itself holds that", () => {
	for (const [what, { table, first, second, others }] of Object.entries(promises)) {
		test(what, async () => {
			await using server = await startServer();
			await seed(server);
			await server.change(inserted(table, first));
			const isRefused = /unique/i;
			await assert.rejects(server.change(inserted(table, { ...first, ...second })), isRefused);
			for (const other of others) await server.change(inserted(table, { ...first, ...other }));
		});
	}
});
