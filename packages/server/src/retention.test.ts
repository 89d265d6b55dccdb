/** Each line of `docs/retention.md`: what is kept for how long, by value, and that it goes then and not before. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type OpenHold } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byPerson } from "../test/support/actors.ts";
import {
	dialect,
	openTemporaryStorage,
	seedAccount,
	tableNames,
	tableRows,
} from "../test/support/storage.ts";
import { cleanUp } from "./jobs/index.ts";
import { retention } from "./retention.ts";
import type { Storage } from "./storage/index.ts";

type Unit = Storage["read"];

/** When what was seeded is over. */
const end = 1_800_000_000_000;
const accountId = asAccountId("account-alice");
const sessionId = asSessionId("alice/PHONE");
const day = 86_400_000;

interface Kept {
	/** How the line of the documentation begins. */
	readonly line: string;
	readonly keptMs: number;
	/** Adds one row that is over at `end`. */
	readonly seed: (unit: Unit) => Promise<unknown>;
}

/** By which a loss is judged that nobody has asked for before. */
const noMoment = {
	...{ askedAfter: 0, askedBefore: 0, warnBefore: 0, endBefore: 0 },
	...{ warnedBefore: 0, warnedLongBefore: 0, toldAfter: 0, addressMs: 0, passwordMs: 0, prolongedMs: 0 },
};

const stay = { provider: "company", issuer: "i", subject: "s" };

/** What goes, by the name under which the log counts it. */
const kinds: Readonly<Record<string, Kept>> = {
	"access tokens": {
		...{ line: "access tokens", keptMs: 86_400_000 },
		seed: (unit) => unit.tokens.addAccess({ hash: "h", sessionId, createdAt: 1, expiresAt: end }),
	},
	"refresh tokens": {
		...{ line: "refresh tokens", keptMs: 86_400_000 },
		async seed({ tokens }) {
			for (const [hash, at] of [["first", end] as const, ["last", end + 1] as const]) {
				await tokens.addRefresh({ hash, sessionId, createdAt: 1 });
				await tokens.consumeRefresh(hash, at);
			}
		},
	},
	codes: {
		...{ line: "authorization codes", keptMs: 86_400_000 },
		seed: ({ engineRecords }) =>
			engineRecords.put({ kind: "AuthorizationCode", idHash: "h", payload: "{}", expiresAt: end }),
	},
	interactions: {
		...{ line: "requests to sign in that nobody answered", keptMs: 0 },
		seed: ({ engineRecords }) =>
			engineRecords.put({ kind: "Interaction", idHash: "h", payload: "{}", expiresAt: end }),
	},
	"sign-ins by browser": {
		...{ line: "requests of older apps to sign in by browser", keptMs: 0 },
		seed: ({ ssoRequests }) =>
			ssoRequests.add({
				...{ id: "h", redirectUrl: "https://app.example/", action: "login", createdAt: 1, expiresAt: end },
			}),
	},
	"places to meet": {
		...{ line: "places where the two devices of a sign-in by QR code meet", keptMs: 0 },
		seed: ({ rendezvous }) =>
			rendezvous.add({ idHash: "h", payload: "", token: "t", modifiedAt: 1, expiresAt: end }),
	},
	"device authorizations": {
		...{ line: "codes of devices that wait to be signed in", keptMs: 86_400_000 },
		seed: ({ deviceAuthorizations }) =>
			deviceAuthorizations.add({
				...{ deviceCodeHash: "d", userCodeHash: "u", clientId: "client-1", scope: "", address: "192.0.2.1" },
				...{ createdAt: 1, expiresAt: end, intervalMs: 5_000 },
			}),
	},
	"devices nobody came back to": {
		...{ line: "devices whose session ended because its credentials turned up twice", keptMs: 0 },
		async seed({ devices, sessions, keptDevices }) {
			await devices.add({ accountId, deviceId: asDeviceId("PHONE"), createdAt: end });
			await sessions.end({ sessionId }, "code-replayed", end);
			await keptDevices.keep(sessionId, end);
		},
	},
	"devices nobody uses": {
		...{ line: "devices without a session", keptMs: 3_600_000 },
		seed: ({ devices }) => devices.add({ accountId, deviceId: asDeviceId("LEFT"), createdAt: end }),
	},
	"browser sessions": {
		...{ line: "browser sessions", keptMs: 0 },
		seed: ({ browserSessions }) =>
			browserSessions.add({
				...{ idHash: "h", accountId, generation: 0, address: "192.0.2.1" },
				...{ createdAt: 1, provedHow: "password" as const, provedAt: 1, expiresAt: end },
			}),
	},
	"answered challenges": {
		...{ line: "questions to passkeys that were answered", keptMs: 60_000 },
		seed: ({ challenges }) => challenges.use("h", end),
	},
	"begun sign-ins": {
		...{ line: "sign-ins of which one of two steps was taken", keptMs: 0 },
		seed: ({ begunSignIns }) =>
			begunSignIns.add({ idHash: "h", accountId, generation: 0, how: "password", at: 1, expiresAt: end }),
	},
	"sign-ins elsewhere": {
		...{ line: "sign-ins that are under way at another service", keptMs: 0 },
		seed: ({ upstreamSignIns }) =>
			upstreamSignIns.add({
				...{ stateHash: "s", browserHash: "b", provider: "company", intent: { kind: "sign-in" } as const },
				...{ resume: "/account/", createdAt: 1, expiresAt: end },
			}),
	},
	"people from elsewhere": {
		...{ line: "who came back from another service and has no account", keptMs: 0 },
		seed: ({ upstreamArrivals }) =>
			upstreamArrivals.put({
				...{ browserHash: "b", provider: "company", issuer: "i", subject: "s", said: {}, provedAt: 1 },
				...{ resume: "/account/", expiresAt: end },
			}),
	},
	"stays elsewhere": {
		...{ line: "sessions of people at other services by which they signed in here", keptMs: 0 },
		seed: ({ upstreamStays }) =>
			upstreamStays.begin({ ...stay, id: "t", sid: "i", since: 1, expiresAt: end }),
	},
	"ends of stays elsewhere": {
		...{ line: "what another service said of a sign-out there", keptMs: 0 },
		seed: ({ upstreamEnds }) => upstreamEnds.note({ ...stay, wordHash: "w", until: 1, expiresAt: end }),
	},
	"password links": {
		...{ line: "links with which somebody sets a password", keptMs: 0 },
		seed: ({ passwordLinks }) =>
			passwordLinks.put({
				...{ accountId, secretHash: "h", kind: "invitation", generation: 0, createdAt: 1, expiresAt: end },
			}),
	},
	"codes for addresses": {
		...{ line: "codes with which somebody confirms an e-mail address", keptMs: 0 },
		seed: ({ addresses }) =>
			addresses.askCode({
				...{ accountId, key: "a@x.org", address: "a@x.org", seed: "s", createdAt: 1, expiresAt: end },
			}),
	},
	"begun registrations": {
		...{ line: "addresses shown to register with", keptMs: 0 },
		async seed({ begunRegistrations }) {
			const begun = { address: "a@x.org", key: "a@x.org", seed: "s", createdAt: 1, expiresAt: end, since: 0 };
			await begunRegistrations.begin({ ...begun, browserHash: "h" });
		},
	},
	"forgotten passwords": {
		...{ line: "what somebody typed who forgot a password", keptMs: 3_600_000 },
		seed: ({ recovery }) => recovery.add({ id: "a", typed: "alice", address: "192.0.2.1", askedAt: end }),
	},
	"lost factors": {
		...{ line: "who said that every second factor is lost", keptMs: 2_592_000_000 },
		seed: ({ factorLosses }) =>
			factorLosses.ask({ id: "l", accountId, generation: 0, at: { ...noMoment, now: end } }),
	},
	"registration tokens": {
		...{ line: "registration tokens", keptMs: 2_592_000_000 },
		seed: async ({ registrationTokens }) => {
			const token = { name: "", createdAt: 1, madeBy: "root" };
			await registrationTokens.add({ ...token, id: "a", hash: "a", expiresAt: end });
			await registrationTokens.add({ ...token, id: "lasting", hash: "b" });
		},
	},
	notices: {
		...{ line: "that people were told of something", keptMs: 2_592_000_000 },
		seed: ({ notices }) => notices.add({ eventId: "e", accountId, at: end }),
	},
	letters: {
		...{ line: "letters to people that were not taken", keptMs: 2_592_000_000 },
		seed: ({ mailTasks }) =>
			mailTasks.add(accountId, { kind: "address-removed", to: "a@x.org", expiresAt: end, eventId: "e" }, end),
	},
	"identity requests nobody decided": {
		...{ line: "requests to replace an identity that nobody decided", keptMs: 86_400_000 },
		seed: (unit) => ask(unit),
	},
	"identity requests": {
		...{ line: "other requests to replace an identity", keptMs: 2_592_000_000 },
		async seed(unit) {
			await ask(unit);
			await unit.requests.move({ move: "deny", reference: "r", accountId, now: end - 1 });
			const denied = await unit.requests.find({ reference: "r" });
			assert.equal(denied?.state, "denied");
		},
	},
	sessions: {
		...{ line: "OAuth sessions (devices)", keptMs: 2_592_000_000 },
		seed: ({ sessions }) => sessions.end({ sessionId }, "signed-out", end),
	},
	"refused tasks": {
		...{ line: "what Synapse refused to be told", keptMs: 2_592_000_000 },
		async seed({ homeserverTasks }) {
			await homeserverTasks.add({ accountId, telling: { kind: "add-user" }, now: 1 });
			const claim = { accountId, now: end, lease: "l", until: end + 1, early: false };
			const task = await homeserverTasks.claim(claim);
			assert.ok(task !== undefined);
			await homeserverTasks.settle(task, { state: "refused", failure: "no", at: end });
		},
	},
	clients: {
		...{ line: "registered clients", keptMs: 86_400_000 },
		seed: ({ clients }) =>
			clients.register({
				id: "unused",
				metadata: {
					...{ application_type: "native", client_uri: "https://app.example.org/", localized: {} },
					...{ redirect_uris: [], response_types: [], grant_types: [] },
					token_endpoint_auth_method: "none",
				},
				createdAt: end,
			}),
	},
	"what apps removed before a reset": {
		...{ line: "that something was removed and put back or dropped", keptMs: 2_592_000_000 },
		async seed({ holds }) {
			await holds.put(emptyHold);
			await holds.putBack(emptyHold, { now: end });
		},
	},
	"security log": {
		...{ line: "security log", keptMs: 31_536_000_000 },
		seed: ({ events }) =>
			events.record({ id: "h", accountId, at: end, kind: "signed-in", actor: byPerson, detail: {} }),
	},
};

const emptyHold: OpenHold = {
	...{ reference: "back", accountId, floor: 0, devices: [asDeviceId("PHONE")] },
	...{ openedAt: 1, lastAt: 1, state: "held" },
};

function ask({ requests }: Unit): Promise<unknown> {
	return requests.add({
		...{ reference: "r", uiaSession: "u", accountId, sessionId, deviceId: asDeviceId("PHONE"), digest: "d" },
		...{ keys: {}, masterKey: "m", createdAt: 1, lastUploadAt: 1, state: "pending", expiresAt: end },
	});
}

const ends = retention.flatMap((of) => of.ends);

/** Tables of the other dialect. */
const elsewhere = dialect === "SQLite" ? ["attempts", "write_turns"] : [];

/** Lines about what no clean-up takes by itself. */
const never = [
	...["tokens for programs", "who moved in", "e-mail addresses of people", "accounts", "passkeys"],
	"the key backup and secrets from before a reset",
	"sealed first tokens",
	"the version of the terms",
	"as whom another service knows a person",
];

async function seeded(seed: (unit: Unit) => Promise<unknown>) {
	const storage = await openTemporaryStorage();
	await seedAccount(storage, { localpart: "alice", deviceIds: ["PHONE"], at: 1 });
	await storage.write(seed);
	return { storage, [Symbol.asyncDispose]: () => storage.close() };
}

describe("what is kept", () => {
	for (const [what, { line, keptMs, seed }] of Object.entries(kinds)) {
		test(`${what} go ${keptMs / day} days after their end, and not a millisecond before`, async () => {
			await using world = await seeded(seed);
			/** Denied, a request is over a while after its answer. */
			const over = await overAt(world.storage);
			const early = await cleanUp({ ...world, retention }, over + keptMs);
			assert.equal(early[what], undefined, JSON.stringify(early));
			const ending = ends.find((one) => one.what === what) ?? assert.fail("nobody's");
			const rows = () => tableRows(world.storage.place, ending.table);
			const before = (await rows()).length;
			const late = await cleanUp({ ...world, retention }, over + keptMs + 1);
			assert.equal(late[what], 1, JSON.stringify(late));
			assert.equal((await rows()).length, before - 1, ending.table);
			assert.ok(lines.some((known) => known.startsWith(line)));
		});
	}

	test("is said by the owner of each table: every table of the database is in one list", async () => {
		await using world = await seeded(async () => {});
		const owners = (table: string) =>
			retention.filter(({ ends, stays }) => table in stays || ends.some((ending) => ending.table === table));
		const tables = await tableNames(world.storage.place);
		for (const table of tables) assert.equal(owners(table).length, 1, `${table} has to be in one retention`);
		for (const { ends, stays } of retention)
			for (const table of [...ends.map((ending) => ending.table), ...Object.keys(stays)])
				assert.ok(tables.includes(table) || elsewhere.includes(table), `there is no table ${table}`);
		for (const { ends, stays } of retention)
			for (const [table, why] of Object.entries(stays)) {
				assert.notEqual(why, "");
				assert.ok(!ends.some((ending) => ending.table === table), `${table} goes, or it stays`);
			}
	});

	test("is tried here in full: each kind of rows that goes", () => {
		assert.deepEqual(ends.map(({ what }) => what).toSorted(), Object.keys(kinds).toSorted());
	});

	test("every line of the documentation is one of these, and the other way round", () => {
		assert.deepEqual(
			lines
				.map((known) =>
					[...Object.values(kinds).map(({ line }) => line), ...never].find((line) => known.startsWith(line)),
				)
				.filter(Boolean).length,
			lines.length,
		);
		assert.equal(lines.length, Object.keys(kinds).length + never.length);
	});

	test("longer: that it was not them, as long as the line of the log that says from where", async () => {
		await using world = await seeded(async (unit) => {
			await kinds["security log"]?.seed(unit);
			await unit.notices.add({ eventId: "h", accountId, at: end });
			await unit.notices.object("h", end);
		});
		const rows = () => tableRows(world.storage.place, "notices");
		await cleanUp({ ...world, retention }, end + 365 * day);
		assert.equal((await rows()).length, 1);
		await cleanUp({ ...world, retention }, end + 366 * day);
		await cleanUp({ ...world, retention }, end + 366 * day);
		assert.equal((await rows()).length, 0);
	});

	test("for ever: accounts that were closed, and lasting tokens while their session is live", async () => {
		await using world = await seeded(async (unit) => {
			await unit.tokens.addAccess({ hash: "lasting", sessionId, createdAt: 1 });
			await unit.accounts.add({ id: asAccountId("b"), localpart: "bob", passwordHash: "h", createdAt: 1 });
			await unit.accounts.close(asAccountId("b"), { erase: true, now: 1 });
		});
		assert.deepEqual(await cleanUp({ ...world, retention }, end + 100 * 365 * day), {});
		assert.ok(await world.storage.read.tokens.findAccess("lasting"));
		assert.ok(await world.storage.read.accounts.find({ localpart: "bob" }));
	});
});

async function overAt({ read }: Storage): Promise<number> {
	const request = await read.requests.find({ reference: "r" });
	return request !== undefined && "expiresAt" in request ? request.expiresAt : end;
}

const lines = readFileSync(new URL("../../../docs/retention.md", import.meta.url), "utf8")
	.split("\n")
	.filter((line) => line.startsWith("| ") && !line.startsWith("| What"))
	.map((line) => line.slice(2));
