import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import type { Listed } from "../../src/admin/ports.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

/** What every storage of the lists that the admin API reads must hold. */
export function administeredContract(name: string, open: () => Promise<Storage>): void {
	async function withPeople(t: TestContext, names: readonly string[]) {
		const storage = await open();
		t.after(() => storage.close());
		for (const localpart of names)
			await storage.write((unit) =>
				unit.accounts.add({
					...{ id: asAccountId(`id-${localpart}`), localpart, passwordHash: null, createdAt: 1 },
				}),
			);
		return { storage, lists: storage.read.administered };
	}

	const whole = { after: undefined, before: undefined, isFromEnd: false } as const;
	const names = async (
		list: Listed<
			Parameters<Storage["read"]["administered"]["users"]["list"]>[0],
			{ readonly localpart: string }
		>,
		filter: Parameters<typeof list.list>[0],
		page: Partial<Parameters<typeof list.list>[1]> = {},
	) => (await list.list(filter, { ...whole, take: 100, ...page })).map(({ localpart }) => localpart);

	describe(`lists of the admin API, ${name}`, () => {
		test("pages begin behind a key or end before one, from either end, whether it is there still or not", async (t) => {
			const { lists } = await withPeople(t, ["d", "b", "e", "a", "c"]);
			const { users } = lists;
			assert.deepEqual(await names(users, {}), ["a", "b", "c", "d", "e"]);
			assert.deepEqual(await names(users, {}, { take: 2 }), ["a", "b"]);
			assert.deepEqual(await names(users, {}, { take: 2, after: ["id-b"] }), ["c", "d"]);
			assert.deepEqual(await names(users, {}, { take: 2, after: ["id-bb"] }), ["c", "d"]);
			assert.deepEqual(await names(users, {}, { take: 2, isFromEnd: true }), ["d", "e"]);
			assert.deepEqual(await names(users, {}, { take: 2, isFromEnd: true, before: ["id-d"] }), ["b", "c"]);
			assert.deepEqual(await names(users, {}, { after: ["id-a"], before: ["id-d"] }), ["b", "c"]);
			assert.deepEqual(await names(users, {}, { after: ["id-e"] }), []);
			assert.deepEqual([await users.count({}), (await users.find("id-c"))?.localpart], [5, "c"]);
			assert.equal(await users.find("c"), undefined);
		});

		test("a search has who is called exactly so first, on whichever page, and everybody once", async (t) => {
			const { lists } = await withPeople(t, ["abob", "bob", "bobby", "zbob", "bob2", "carol", "c%l", "c_l"]);
			const { users } = lists;
			assert.deepEqual(await names(users, { search: "bob" }), ["bob", "abob", "bob2", "bobby", "zbob"]);
			const seen: string[] = [];
			let after: readonly string[] | undefined;
			for (let page = 0; page < 5; page += 1) {
				const [next] = await users.list({ search: "bob" }, { ...whole, take: 1, after });
				assert.ok(next);
				seen.push(next.localpart);
				after = [next.id];
			}
			assert.deepEqual(seen, ["bob", "abob", "bob2", "bobby", "zbob"]);
			assert.deepEqual(await users.list({ search: "bob" }, { ...whole, take: 1, after }), []);
			assert.deepEqual(
				await names(users, { search: "bob" }, { isFromEnd: true, take: 2, before: ["id-bob2"] }),
				[...["bob", "abob"]],
			);
			assert.equal((await names(users, { search: "BOB" }))[0], "bob");
			assert.deepEqual(await names(users, { search: "C%L" }), ["c%l"]);
			assert.deepEqual(await names(users, { search: "_" }), ["c_l"]);
			assert.equal(await users.count({ search: "bob" }), 5);
		});

		test("addresses are paged by what they are called; those that wait are none", async (t) => {
			const { storage, lists } = await withPeople(t, ["a", "b"]);
			const add = (localpart: string, key: string) =>
				storage.write(({ addresses }) =>
					addresses.confirm({ accountId: asAccountId(`id-${localpart}`), address: key, key, at: 5 }),
				);
			for (const key of ["z@x.org", "a@x.org"]) await add("a", key);
			await add("b", "b@x.org");
			const keys = async (filter: object, page: object = {}) =>
				(await lists.emails.list(filter, { ...whole, take: 10, ...page })).map(({ key }) => key);
			const rows = await lists.emails.list({}, { ...whole, take: 10 });
			const all = rows.map(({ key }) => key);
			const [first, , third] = rows.map(({ toldId }) => toldId);
			assert.ok(first !== undefined && third !== undefined && first < third);
			assert.deepEqual(all.toSorted(), ["a@x.org", "b@x.org", "z@x.org"]);
			assert.deepEqual(await keys({}, { after: [first] }), all.slice(1));
			assert.deepEqual(await keys({}, { before: [third], isFromEnd: true, take: 1 }), [all[1]]);
			assert.deepEqual(await keys({ accountId: "id-b" }), ["b@x.org"]);
			assert.deepEqual(await keys({ key: "z@x.org" }), ["z@x.org"]);
			assert.deepEqual(
				[(await lists.emails.find(first))?.key, (await lists.emails.find(first))?.addedAt],
				[all[0], 5],
			);
			assert.deepEqual(await names(lists.users, { search: "b@x" }), ["b"]);
			const taken = { address: "b@x.org", key: "b@x.org", at: 6 };
			await storage.write(({ addresses }) => addresses.vouch({ accountId: asAccountId("id-a"), ...taken }));
			assert.deepEqual(await names(lists.users, { search: "b@x" }), ["b"], "by what is confirmed as theirs");
		});

		test("clients are found by what their metadata hold, and programs are what the operator made or allowed", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE"], at: 1 });
			const { clients } = storage.read.administered;
			const program = {
				id: "p",
				name: "Night Job",
				secretHash: "h",
				createdAt: 2,
				address: "https://a.org/",
			};
			await storage.write(({ programs }) => programs.add(program));
			const found = async (filter: object) =>
				(await clients.list(filter, { ...whole, take: 10 })).map(({ id }) => id);
			assert.deepEqual(await found({}), ["client-1", "p"]);
			for (const [filter, ids] of [
				[{ name: "night" }, ["p"]],
				[{ uri: "example.ORG" }, ["client-1"]],
				[{ grantType: "client_credentials" }, ["p"]],
				[{ grantType: "client" }, []],
				[{ isStatic: true }, ["p"]],
				[{ isStatic: false }, ["client-1"]],
				[{ hasSessions: true }, ["client-1"]],
				[{ hasSessions: false }, ["p"]],
			] as const)
				assert.deepEqual(await found(filter), ids, JSON.stringify(filter));
			const sessions = async (filter: object) =>
				storage.read.administered.appSessions.count({ kind: "oauth", ...filter });
			assert.deepEqual([await sessions({}), await sessions({ isStatic: true })], [1, 0]);
			const { programs } = storage.read;
			assert.deepEqual(await programs.list(), [{ id: "p", name: "Night Job", createdAt: 2 }]);
			assert.equal((await programs.find("p"))?.secretHash, "h");
			assert.equal(await programs.find("client-1"), undefined, "an app that signs people in");
			const change = <T>(work: (records: typeof programs) => Promise<T>) =>
				storage.write((unit) => work(unit.programs));
			assert.equal(await change((all) => all.allow("client-1", "new")), false, "it has no secret");
			assert.equal(await change((all) => all.revoke("client-1")), false);
			assert.equal(await change((all) => all.revoke("p")), true);
			assert.equal(await change((all) => all.revoke("p")), false);
			assert.deepEqual(await found({}), ["client-1"]);
		});

		test("scopes are whole words, in the case in which they are written", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
			await storage.write(async ({ clients, sessions }) => {
				const metadata = {
					application_type: "web",
					client_uri: "https://a.org/",
					redirect_uris: [],
					localized: {},
					response_types: [],
					grant_types: [],
					token_endpoint_auth_method: "none",
				} as const;
				await clients.register({ id: "c", metadata, createdAt: 1 });
				const row = { accountId, clientId: "c", deviceId: null, createdAt: 1 };
				await sessions.add({ ...row, id: asSessionId("s"), scope: "openid urn:a_b:Admin" });
			});
			const count = (...scopes: readonly string[]) =>
				storage.read.administered.appSessions.count({ kind: "oauth", scopes });
			assert.equal(await count("urn:a_b:Admin", "openid"), 1);
			for (const scope of ["urn:a_b:admin", "OPENID", "urn:a", "urn:axb:Admin", "%", "urn:a_b:%"])
				assert.equal(await count(scope), 0, scope);
		});

		test("an app whose name holds a null byte, or what reads as one, breaks no search", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const named = {
				nul: { client_name: "night\0job", localized: {} },
				translated: { client_name: "day job", localized: { "client_name#fr": "\0" } },
				slashes: { client_name: "Slash \\u0000 \\\\u0000\\", localized: { "client_name#fr": "\\\0" } },
			};
			for (const [id, names] of Object.entries(named)) {
				const metadata = {
					...names,
					application_type: "web",
					client_uri: "https://a.org/",
					redirect_uris: ["https://a.org/"],
					response_types: ["code"],
					grant_types: ["authorization_code"],
					token_endpoint_auth_method: "none",
				} as const;
				await storage.write(({ clients }) => clients.register({ id, metadata, createdAt: 1 }));
			}
			const found = async (filter: object) =>
				(await storage.read.administered.clients.list(filter, { ...whole, take: 10 })).map(({ id }) => id);
			const all = ["nul", "slashes", "translated"];
			for (const [filter, ids] of [
				[{ uri: "a.org" }, all],
				[{ grantType: "authorization_code" }, all],
				[{ name: "night" }, ["nul"]],
				[{ name: "DAY" }, ["translated"]],
				[{ name: "\\u0000 \\\\u0000\\" }, ["slashes"]],
			] as const)
				assert.deepEqual(await found(filter), ids, JSON.stringify(filter));
		});

		test("an app that came along with a secret is a program while it is allowed, and stays an app", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const metadata = {
				...({
					application_type: "web",
					client_uri: "https://a.org/",
					redirect_uris: ["https://a.org/"],
				} as const),
				...({ response_types: ["code"], grant_types: ["authorization_code"], localized: {} } as const),
				...({ token_endpoint_auth_method: "client_secret_basic", client_secret_hash: "h" } as const),
			};
			await storage.write(({ clients }) => clients.register({ id: "c", metadata, createdAt: 1 }));
			const change = (how: "allow" | "revoke") => storage.write(({ programs }) => programs[how]("c", "new"));
			assert.deepEqual(
				[await change("revoke"), await change("allow"), await change("allow")],
				[...[false, true, false]],
			);
			assert.deepEqual(await storage.read.programs.find("c"), {
				...{ id: "c", name: "", secretHash: "new", createdAt: 1 },
			});
			assert.equal(await change("revoke"), true);
			const kept = (await storage.read.clients.find("c"))?.metadata;
			assert.deepEqual(
				kept,
				{ ...metadata, client_secret_hash: "new" },
				"what it had is worth nothing any more",
			);
		});

		test("registration tokens are changed, given back, and told apart by their state", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const write = <T>(work: (all: Storage["read"]["registrationTokens"]) => Promise<T>) =>
				storage.write(({ registrationTokens }) => work(registrationTokens));
			const token = (id: string, more: object = {}) =>
				write((all) => all.add({ id, hash: `h${id}`, name: "n", createdAt: 1, madeBy: "x", ...more }));
			assert.deepEqual(
				[await token("a"), await token("b", { expiresAt: 5 }), await token("c", { uses: 1 })],
				[true, true, true],
			);
			assert.equal(await token("d", { hash: "ha" }), false, "of one text there is one");
			await write((all) => all.use({ hash: "hc", localpart: "alice", now: 1 }));
			const done = { at: 3, by: "program job" };
			await write((all) => all.revoke("a", { at: 2, by: "x" }));
			const found = async (filter: object) =>
				(
					await storage.read.administered.registrationTokens.list(
						{ now: 5, ...filter },
						{ ...whole, take: 9 },
					)
				)
					.map(({ id }) => id)
					.join("");
			const states = async () =>
				Promise.all([
					...[found({ isRevoked: true }), found({ isExpired: true }), found({ isUsed: true })],
					...[found({ isValid: true }), found({ isValid: false }), found({ isRevoked: false })],
				]);
			assert.deepEqual(await states(), ["a", "b", "c", "", "abc", "bc"]);
			assert.equal(await write((all) => all.restore("a", done)), true);
			assert.equal(await write((all) => all.restore("a", done)), false);
			assert.equal(await write((all) => all.change("b", { expiresAt: null }, done)), true);
			assert.equal(await write((all) => all.change("c", { uses: 2 }, done)), true);
			assert.equal(await write((all) => all.change("c", {}, done)), true);
			const changed = (await storage.read.registrationTokens.list()).map((row) => [
				row.changedAt,
				row.changedBy,
			]);
			assert.deepEqual(changed, Array(3).fill([3, "program job"]), "by whom each was changed last");
			assert.equal(await write((all) => all.change("x", { uses: 2 }, done)), false);
			assert.deepEqual(await states(), ["", "", "c", "abc", "", "abc"]);
		});
	});
}
