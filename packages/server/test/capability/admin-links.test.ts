/** As whom other services know people, through the admin API. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld } from "../support/admin-api.ts";
import { startUpstreamProvider } from "../support/upstream-provider.ts";

describe("links to other services, through the admin API", () => {
	let world: AdminWorld;
	let provider: Awaited<ReturnType<typeof startUpstreamProvider>>;
	let service: string;
	before(async () => {
		provider = await startUpstreamProvider();
		const config = provider.config();
		world = await openAdminWorld({ upstream: [config] });
		await world.server.register("bob");
		({ id: service } = (await world.ask("GET", "upstream-oauth-providers")).body.data[0]);
	});
	after(async () => {
		await world[Symbol.asyncDispose]();
		await provider[Symbol.asyncDispose]();
	});

	const registered = async (localpart: string) => {
		await world.server.register(localpart);
		return world.idOf(localpart);
	};

	test("the providers of the settings are listed and read", async () => {
		const { body } = await world.ask("GET", "upstream-oauth-providers?filter[enabled]=true");
		assert.deepEqual(
			body.data.map(({ id }: { id: string }) => id),
			[service],
		);
		const one = await world.ask("GET", `upstream-oauth-providers/${service}`);
		assert.deepEqual(
			[one.body.data.type, one.body.data.attributes.disabled_at],
			["upstream-oauth-provider", null],
		);
		assert.equal(
			(await world.ask("GET", "upstream-oauth-providers?filter[enabled]=false")).body.data.length,
			0,
		);
		assert.equal((await world.ask("GET", "upstream-oauth-providers/none")).status, 404);
	});

	test("with a link goes what its service gave; whom an administrator has made one too stays one", async () => {
		const [dora, eve] = [await registered("dora"), await registered("eve")];
		for (const [subject, user_id] of [
			["s-dora", dora],
			["s-eve", eve],
		] as const) {
			await world.server.change(
				`UPDATE accounts SET admin = 1, admin_by = '${provider.config().id}' WHERE localpart = '${subject.slice(2)}'`,
			);
			const body = { user_id, provider_id: service, subject };
			const { id } = (await world.ask("POST", "upstream-oauth-links", { body })).body.data;
			if (user_id === eve) await world.ask("POST", `users/${eve}/set-admin`, { body: { admin: true } });
			assert.equal((await world.ask("DELETE", `upstream-oauth-links/${id}`)).status, 204);
		}
		const isAdmin = async (id: string) => (await world.ask("GET", `users/${id}`)).body.data.attributes.admin;
		assert.deepEqual([await isAdmin(dora), await isAdmin(eve)], [false, true]);
		const by = ["administrator", "@alice:localhost"];
		assert.deepEqual((await world.log("dora", 2)).toSorted(), [
			["admin-withdrawn", ...by],
			["link-removed", ...by],
		]);
	});

	test("a link is made for one person, found, kept from others, and taken away, each with its line", async () => {
		const [bob, alice] = [await world.idOf("bob"), await world.idOf("alice")];
		const add = (user_id: string, more: object = {}) =>
			world.ask("POST", "upstream-oauth-links", {
				body: { user_id, provider_id: service, subject: "s-1", human_account_name: "bob@company", ...more },
			});
		const made = await add(bob);
		assert.equal(made.status, 201, JSON.stringify(made.body));
		const { id, attributes } = made.body.data;
		assert.deepEqual(
			[attributes.user_id, attributes.provider_id, attributes.subject, attributes.human_account_name],
			[bob, service, "s-1", "bob@company"],
		);
		assert.deepEqual(await world.log("bob", 1), [["link-added", "administrator", "@alice:localhost"]]);
		for (const [status, answer] of [
			[200, await add(bob)],
			[409, await add(alice)],
			[404, await add(bob, { provider_id: "none", subject: "s-2" })],
			[404, await add("nobody", { subject: "s-2" })],
			[400, await add(bob, { subject: "" })],
			[400, await add(bob, { subject: "x".repeat(256) })],
			[400, await add(bob, { subject: "a\u202eb" })],
		] as const)
			assert.equal(answer.status, status, JSON.stringify(answer.body));
		const count = async (query: string) =>
			(await world.ask("GET", `upstream-oauth-links?${query}`)).body.meta.count;
		assert.deepEqual(
			[
				await count(`filter[user]=${bob}`),
				await count(`filter[user]=${alice}`),
				await count(`filter[provider]=${service}&filter[subject]=s-1`),
				await count("filter[human-account-name]=OB@Comp"),
				await count("filter[subject]=s-2"),
			],
			[1, 0, 1, 1, 0],
		);
		assert.deepEqual((await world.ask("GET", `upstream-oauth-links/${id}`)).body.data.attributes, attributes);
		assert.equal((await world.ask("DELETE", `upstream-oauth-links/${id}`)).status, 204);
		assert.equal((await world.ask("DELETE", `upstream-oauth-links/${id}`)).status, 404);
		assert.deepEqual(await world.log("bob", 1), [["link-removed", "administrator", "@alice:localhost"]]);
		const all = await Promise.all(Array.from({ length: 10 }, (_, at) => add(at % 2 === 0 ? bob : alice)));
		assert.equal(all.filter(({ status }) => status === 201).length, 1);
		assert.equal(await count("filter[subject]=s-1"), 1);
	});
});
