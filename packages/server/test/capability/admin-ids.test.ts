/** What the admin API calls things: programs that check its answers take ULIDs and nothing else. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld, ownBase } from "../support/admin-api.ts";
import { startUpstreamProvider } from "../support/upstream-provider.ts";

const lists = [
	...[
		"users",
		"user-emails",
		"user-sessions",
		"user-registration-tokens",
		"oauth2-clients",
		"oauth2-sessions",
	],
	...["compat-sessions", "personal-sessions", "upstream-oauth-links", "upstream-oauth-providers"],
] as const;

describe("what the admin API calls things", () => {
	let world: AdminWorld;
	let bob: string;
	let provider: Awaited<ReturnType<typeof startUpstreamProvider>>;
	before(async () => {
		provider = await startUpstreamProvider();
		world = await openAdminWorld({ upstream: [provider.config()] });
		await world.server.register("bob");
		bob = await world.idOf("bob");
		const [service] = (await world.ask("GET", "upstream-oauth-providers")).body.data;
		for (const at of [1, 2, 3]) {
			const made = [
				await world.ask("POST", "user-emails", { body: { user_id: bob, email: `bob${at}@example.org` } }),
				await world.ask("POST", "user-registration-tokens", { body: {} }),
				await world.ask("POST", "upstream-oauth-links", {
					body: { user_id: bob, provider_id: service.id, subject: `${at}${"x".repeat(250)}` },
				}),
				await world.ask("POST", "personal-sessions", {
					body: { actor_user_id: bob, human_name: "Bot", scope: "urn:matrix:client:api:*" },
				}),
			];
			for (const { status, body } of made) assert.equal(status, 201, JSON.stringify(body));
			await world.server.signIn("bob");
			const { deviceId } = await world.server.loginDevice({ localpart: "bob" });
			await world.server.change(`UPDATE sessions SET client_id = 'legacy' WHERE device_id = '${deviceId}'`);
			await world.server.loginDevice({ localpart: "bob" });
		}
	});
	after(async () => {
		await world[Symbol.asyncDispose]();
		await provider[Symbol.asyncDispose]();
	});

	test("is a ULID each time, wherever it is told", async () => {
		const seen = new Set<string>();
		const look = (value: unknown, name: string, at: string): void => {
			if (Array.isArray(value)) for (const each of value) look(each, name, at);
			else if (typeof value === "object" && value !== null)
				for (const [key, each] of Object.entries(value)) look(each, key, at);
			else if (/^(?:id|cursor|.*_id)$/.test(name) && name !== "device_id" && value !== null) {
				seen.add(name);
				assert.match(String(value), /^[0-9A-HJKMNP-TV-Z]{26}$/, `${at} ${name}`);
			}
		};
		for (const list of lists) {
			const { status, body } = await world.ask("GET", `${list}?page[first]=100`);
			assert.equal(status, 200);
			assert.ok(body.data.length > 0, list);
			look(body, "", list);
			for (const { links, id } of body.data) {
				const one = await world.ask("GET", links.self);
				assert.deepEqual([one.status, one.body.data.id], [200, id], links.self);
				look(one.body, "", links.self);
			}
		}
		for (const name of ["id", "cursor", "user_id", "client_id", "actor_user_id", "provider_id"])
			assert.ok(seen.has(name), name);
	});

	test("leads through every list, forwards and backwards, each once", async () => {
		for (const list of lists) {
			const all: string[] = (await world.ask("GET", `${list}?page[first]=100`)).body.data.map(
				({ id }: { id: string }) => id,
			);
			for (const [begin, on] of [
				["page[first]=2", "next"],
				["page[last]=2", "prev"],
			] as const) {
				const seen: string[] = [];
				for (let next: string | undefined = `/api/admin/v1/${list}?${begin}`; next !== undefined; ) {
					const { body } = await world.ask("GET", next);
					const ids: string[] = body.data.map(({ id }: { id: string }) => id);
					seen.splice(on === "next" ? seen.length : 0, 0, ...ids);
					next = body.links[on];
				}
				assert.deepEqual(seen, all, `${list} ${begin}`);
			}
		}
	});

	test("a page begins behind what is gone meanwhile", async () => {
		const { body } = await world.ask("GET", "user-emails?page[first]=1");
		const [, second] = (await world.ask("GET", "user-emails")).body.data;
		assert.equal((await world.ask("DELETE", body.data[0].links.self)).status, 204);
		const next = await world.ask("GET", body.links.next);
		assert.equal(next.body.data[0].id, second.id);
	});

	test("is what filters take: of another service nobody is told of everybody", async () => {
		const [service] = (await world.ask("GET", "upstream-oauth-providers")).body.data;
		const ask = (id: string) => world.ask("GET", `upstream-oauth-links?filter[provider]=${id}`);
		assert.equal((await ask(service.id)).body.meta.count, 3);
		assert.equal((await ask("01J0000000E008000000000061")).status, 404);
	});

	test("the Sessions tab of Ketesa names the person as the other lists do", async () => {
		const query = (filter: string) =>
			world.ask("GET", `personal-sessions?page[first]=50&${filter}&count=true`);
		const { status, body } = await query(`filter[user]=${bob}`);
		assert.deepEqual([status, body.meta?.count], [200, 3], JSON.stringify(body));
		assert.equal((await query(`filter[user]=${await world.idOf("alice")}`)).body.meta.count, 0);
		assert.equal((await query("filter[user]=x")).status, 404);
		assert.equal((await query(`filter[user]=${bob}&filter[actor_user]=${bob}`)).status, 400);
	});

	test("the log of a person is read by the same id", async () => {
		assert.equal((await world.ask("GET", `${ownBase}/users/${bob}/security-log`)).status, 200);
	});
});
