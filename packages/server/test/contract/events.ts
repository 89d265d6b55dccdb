import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Actor, LoggedEvent, Operator, SecurityEvent, SecurityLogPage } from "../../src/audit/index.ts";
import { byPerson } from "../support/actors.ts";
import { changeData, type openTemporaryStorage, seedAccount } from "../support/storage.ts";

const alice = { id: asAccountId("a1"), localpart: "alice", passwordHash: "h1", createdAt: 5 };

const metadata = {
	application_type: "web",
	client_uri: "https://a.org/",
	redirect_uris: [],
	localized: {},
	response_types: [],
	grant_types: [],
	token_endpoint_auth_method: "none",
} as const;

/** What every storage of security events must hold. */
export function eventsContract(name: string, open: typeof openTemporaryStorage): void {
	async function seeded(...events: readonly SecurityEvent[]) {
		const storage = await open();
		await storage.write(async (unit) => {
			await unit.accounts.add(alice);
			await unit.accounts.add({ ...alice, id: asAccountId("b1"), localpart: "bob" });
			for (const event of events) await unit.events.record(event);
		});
		return storage;
	}
	const event = (id: string, at: number, accountId = alice.id): SecurityEvent => ({
		...{ id, at, accountId, kind: "signed-in", actor: byPerson, detail: {} },
	});

	describe(`security events, stored in ${name}`, () => {
		test("a line comes back as it was put", async () => {
			const full: SecurityEvent = {
				...event("e1", 10),
				...{
					kind: "reset-approved",
					sessionId: asSessionId("s1"),
					deviceId: asDeviceId("D1"),
					address: "192.0.2.1",
				},
				detail: { reason: "<b>\u202e", __proto__x: "y" },
			};
			const storage = await seeded(full, event("e2", 9));
			assert.deepEqual(await storage.read.events.list(alice.id, { limit: 5 }), [full, event("e2", 9)]);
			await storage.close();
		});

		test("a refusal is a line of who exists, and of nobody where the name is nobody's", async () => {
			const storage = await seeded(event("e1", 1));
			const full = {
				...event("e2", 2, asAccountId("b1")),
				kind: "sign-in-refused",
				address: "192.0.2.1",
			} as const;
			await storage.write((unit) => unit.refusals.note(full));
			await storage.write((unit) => unit.refusals.note(event("e3", 3, asAccountId("made up"))));
			assert.deepEqual(await storage.read.events.list(asAccountId("b1"), { limit: 5 }), [full]);
			assert.deepEqual(await storage.read.events.list(alice.id, { limit: 5 }), [event("e1", 1)]);
			assert.deepEqual(await storage.read.events.list(asAccountId("made up"), { limit: 5 }), []);
			assert.equal(await storage.write((unit) => unit.events.deleteBefore(9)), 2, "nothing else is kept");
			await storage.close();
		});

		test("a refusal where there is no account at all is no fault", async () => {
			const storage = await open();
			await storage.write((unit) => unit.refusals.note(event("e1", 1, asAccountId("made up"))));
			assert.deepEqual(await storage.read.events.list(asAccountId("made up"), { limit: 5 }), []);
			await storage.close();
		});

		test("who did it comes back as it was put, of an app with its name while that is known", async () => {
			const actors: readonly Actor[] = [
				{ kind: "person" },
				{ kind: "app", clientId: "client-1" },
				{ kind: "app", clientId: "forgotten" },
				{ kind: "operator", name: "client-1" },
				{ kind: "service" },
				{ kind: "somebody" },
				{ kind: "server", because: "expiry" },
				{ kind: "server", because: "homeserver" },
				{ kind: "server", because: "undo" },
			];
			const storage = await seeded(...actors.map((actor, at) => ({ ...event(`e${at}`, 10 - at), actor })));
			await seedAccount(storage, { localpart: "carol", deviceIds: [], at: 1 });
			const read = await storage.read.events.list(alice.id, { limit: 9 });
			assert.deepEqual(
				read.map(({ actor }) => actor),
				actors,
			);
			assert.deepEqual(
				read.map(({ appName }) => appName),
				[undefined, "App", ...Array(7).fill(undefined)],
			);
			await storage.close();
		});

		test("a line of a time in which nobody wrote it down has nobody", async () => {
			const storage = await seeded(event("e1", 1));
			await changeData(storage.place, "UPDATE security_events SET actor = NULL, actor_detail = NULL");
			const { actor: _, ...old } = event("e1", 1);
			assert.deepEqual(await storage.read.events.list(alice.id, { limit: 1 }), [old]);
			await storage.close();
		});

		test("people see their own, newest first, page by page", async () => {
			const storage = await seeded(
				event("e1", 1),
				event("e3", 3),
				event("e2", 2),
				event("b", 2, asAccountId("b1")),
			);
			const ids = async (page: { limit: number; after?: SecurityEvent }) =>
				(await storage.read.events.list(alice.id, page)).map((each) => each.id);
			assert.deepEqual(await ids({ limit: 2 }), ["e3", "e2"]);
			assert.deepEqual(await ids({ limit: 2, after: event("e2", 2) }), ["e1"]);
			assert.deepEqual(await ids({ limit: 2, after: event("e1", 1) }), []);
			await storage.close();
		});

		test("pages together show every line once, also where many share a time", async () => {
			const times = [9, 8, 7, 7, 7, 7, 7, 7, 6, 5, 5, 4, 3, 3, 3, 2, 1];
			const names = times.map((_, index) => `e${(index * 7) % 17}`);
			const storage = await seeded(...times.map((at, index) => event(names[index] ?? "", at)));
			for (const limit of [1, 2, 3, 4, 16, 17]) {
				const seen: LoggedEvent[] = [];
				for (;;) {
					const last = seen.at(-1);
					const page = await storage.read.events.list(alice.id, { limit, ...(last && { after: last }) });
					if (page.length === 0) break;
					seen.push(...page);
				}
				assert.deepEqual(
					seen.map(({ at }) => at),
					times,
				);
				assert.deepEqual(new Set(seen.map(({ id }) => id)), new Set(names));
			}
			await storage.close();
		});

		test("are told apart by kind and by device, also page by page", async () => {
			const storage = await seeded(
				{ ...event("e4", 4), deviceId: asDeviceId("D1") },
				{ ...event("e3", 3), kind: "device-signed-in", deviceId: asDeviceId("D1") },
				{ ...event("e2", 2), kind: "device-signed-out", deviceId: asDeviceId("D2") },
				{ ...event("e1", 1), kind: "device-signed-in", deviceId: asDeviceId("D1") },
				{ ...event("b", 2, asAccountId("b1")), kind: "device-signed-in", deviceId: asDeviceId("D1") },
			);
			const ids = async (page: Omit<SecurityLogPage, "limit">) =>
				(await storage.read.events.list(alice.id, { limit: 5, ...page })).map(({ id }) => id);
			const kinds = ["device-signed-in", "device-signed-out"] as const;
			assert.deepEqual(await ids({ kinds }), ["e3", "e2", "e1"]);
			assert.deepEqual(await ids({ kinds: [] }), []);
			assert.deepEqual(await ids({ deviceId: asDeviceId("D1") }), ["e4", "e3", "e1"]);
			assert.deepEqual(await ids({ deviceId: asDeviceId("D1"), kinds }), ["e3", "e1"]);
			assert.deepEqual(await ids({ deviceId: asDeviceId("D1"), kinds, after: event("e3", 3) }), ["e1"]);
			assert.deepEqual(await ids({ deviceId: asDeviceId("d1") }), []);
			await storage.close();
		});

		test("who issued the token of a session that goes on is known however long ago it was, of all of them", async () => {
			const storage = await seeded(event("e1", 1));
			const by: Operator = { kind: "administrator", name: "@boss:localhost" };
			const issued = (n: string, at: number, kind: SecurityEvent["kind"] = "token-issued", actor = by) => ({
				...{ ...event(n, at), kind, actor, sessionId: asSessionId(n.slice(0, 2)) },
			});
			await storage.write(async (unit) => {
				await unit.clients.register({ id: "c", metadata, createdAt: 1 });
				for (const id of ["s1", "s2", "s3"])
					await unit.sessions.add({
						...{ id: asSessionId(id), accountId: alice.id, clientId: "c", deviceId: null },
						...{ scope: "urn:mas:admin", createdAt: 1 },
					});
				await unit.sessions.end({ sessionId: asSessionId("s2") }, "signed-out", 5);
				for (const line of [
					...[issued("s1", 1), issued("s1 again", 2, "token-replaced"), issued("s2", 1)],
					...[issued("s1 kind", 1, "device-signed-in")],
					issued("s3", 1, "token-issued", { ...by, name: "@other:localhost" }),
				])
					await unit.events.record(line);
			});
			const expected = [{ accountId: alice.id, sessionId: "s1", at: 1 }];
			assert.deepEqual(await storage.read.events.issuedBy(by), expected);
			assert.deepEqual(await storage.read.events.issuedBy({ ...by, kind: "program" }), []);
			await storage.write((unit) => unit.events.deleteBefore(9));
			assert.deepEqual(await storage.read.events.issuedBy(by), expected);
			const left = await storage.read.events.list(alice.id, { limit: 9 });
			assert.deepEqual(
				left.map(({ id }) => id),
				["s1 again", "s3", "s1"],
			);
			await storage.close();
		});

		test("what is older than the retention goes, and only that", async () => {
			const storage = await seeded(event("e1", 1), event("e2", 2));
			assert.equal(await storage.write((unit) => unit.events.deleteBefore(2)), 1);
			assert.deepEqual(
				(await storage.read.events.list(alice.id, { limit: 5 })).map((each) => each.id),
				["e2"],
			);
			await storage.close();
		});
	});
}
