/** The admin API over people: listed, read, made and changed, each deed with its line in their log. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld } from "../support/admin-api.ts";

describe("people through the admin API", () => {
	let world: AdminWorld;
	before(async () => {
		world = await openAdminWorld();
		for (const name of ["bob", "bobby", "carol", "dave", "erin"]) await world.server.register(name);
	});
	after(() => world[Symbol.asyncDispose]());

	const usernames = (body: { data: { attributes: { username: string } }[] }) =>
		body.data.map(({ attributes }) => attributes.username);
	const list = async (query: string) => {
		const { status, body } = await world.ask("GET", `users?${query}`);
		assert.equal(status, 200, JSON.stringify(body));
		return body;
	};

	test("a user is told of as MAS does, by id and by name", async () => {
		const id = await world.idOf("bob");
		const { status, body } = await world.ask("GET", `users/${id}`);
		assert.equal(status, 200);
		const { created_at, ...attributes } = body.data.attributes;
		assert.match(created_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		assert.deepEqual(attributes, {
			...{ username: "bob", locked_at: null, deactivated_at: null, admin: false, legacy_guest: false },
		});
		assert.deepEqual(body.links, { self: `/api/admin/v1/users/${id}` });
		assert.equal(body.data.type, "user");
		for (const name of ["bob", "@bob:localhost", "BOB"])
			assert.equal(
				(await world.ask("GET", `users/by-username/${encodeURIComponent(name)}`)).body.data.id,
				id,
			);
		for (const path of ["users/nobody", "users/by-username/nobody", "users/by-username/@bob:elsewhere.org"]) {
			const missing = await world.ask("GET", path);
			assert.deepEqual([missing.status, typeof missing.body.errors[0].title], [404, "string"]);
		}
	});

	test("pages follow one another by cursors to the end and back, and each person is on one of them", async () => {
		const everybody = usernames(await list("page[first]=100"));
		assert.equal(everybody.length, 6);
		const there: string[] = [];
		let next: string | undefined = "/api/admin/v1/users?page[first]=2";
		let last = "";
		while (next !== undefined) {
			const { body } = await world.ask("GET", next);
			assert.equal(body.meta.count, 6);
			there.push(...usernames(body));
			last = next;
			next = body.links.next;
			if (next !== undefined) {
				assert.match(decodeURIComponent(next), /page\[after\]=/);
				assert.equal(body.data.at(-1).meta.page.cursor, body.data.at(-1).id);
			}
		}
		assert.deepEqual(there, everybody);
		const back: string[] = [];
		let previous: string | undefined = last;
		while (previous !== undefined) {
			const { body } = await world.ask("GET", previous);
			back.unshift(...usernames(body));
			previous = body.links.prev;
		}
		assert.deepEqual(back, everybody);
		assert.deepEqual(usernames(await list("page[last]=2")), everybody.slice(-2));
		assert.equal((await list("")).data.length, 6, "ten where nothing is said");
	});

	test("count: true, false, or nothing else", async () => {
		assert.equal((await list("count=true")).meta.count, 6);
		assert.equal("meta" in (await list("count=false")), false);
		const only = await list("count=only");
		assert.deepEqual([only.meta, "data" in only], [{ count: 6 }, false]);
	});

	test("a search finds part of a name, an address from its beginning, and who has exactly that name first", async () => {
		const [first, ...others] = usernames(await list("filter[search]=bob"));
		assert.deepEqual([first, others], ["bob", ["bobby"]]);
		assert.deepEqual(usernames(await list("filter[search]=bob&page[first]=1")), ["bob"]);
		const page = await list("filter[search]=bob&page[first]=1");
		const { body } = await world.ask("GET", page.links.next);
		assert.deepEqual([usernames(body), body.links.next], [["bobby"], undefined]);
		assert.deepEqual(usernames(await list("filter[search]=ARO")), ["carol"]);
		assert.deepEqual(
			usernames(await list(`filter[search]=${encodeURIComponent("@bob:localhost")}`))[0],
			"bob",
		);
		for (const nobody of ["%25", "_", "b_b", "!", "'", "zzz"])
			assert.deepEqual(usernames(await list(`filter[search]=${nobody}`)), [], nobody);
	});

	test("filters: administrators, guests, state, and who is signed in", async () => {
		assert.deepEqual(usernames(await list("filter[admin]=true")), ["alice"]);
		assert.equal((await list("filter[admin]=false")).meta.count, 5);
		assert.deepEqual(usernames(await list("filter[legacy-guest]=true")), []);
		assert.equal((await list("filter[legacy-guest]=false")).meta.count, 6);
		assert.deepEqual(usernames(await list("filter[has-active-oauth2-session]=true")), ["alice"]);
		assert.equal((await list("filter[has-active-compat-session]=true")).meta.count, 0);
		const erin = await world.idOf("erin");
		await world.ask("POST", `users/${erin}/lock`);
		assert.deepEqual(usernames(await list("filter[status]=locked")), ["erin"]);
		assert.equal((await list("filter[status]=active")).meta.count, 5);
		await world.ask("POST", `users/${erin}/unlock`);
		const { clientId } = await world.server.loginDevice({ localpart: "dave" });
		const signedIn = await list(`filter[active-oauth2-client]=${clientId}&filter[search]=dave`);
		assert.deepEqual(usernames(signedIn), ["dave"]);
		assert.equal((await world.ask("GET", "users?filter[active-oauth2-client]=none")).status, 404);
	});

	test("an account is made without a password, and nobody is in it until one is set", async () => {
		const made = await world.ask("POST", "users", { body: { username: "frank", displayname: "Frank" } });
		assert.equal(made.status, 201, JSON.stringify(made.body));
		assert.equal(made.body.data.attributes.username, "frank");
		assert.deepEqual(await world.log("frank", 1), [
			["account-registered", "administrator", "@alice:localhost"],
		]);
		const { id } = made.body.data;
		const browser = world.server.browser();
		const signIn = async (password: string) =>
			(await browser.press(await browser.open("/login"), "Sign in", { username: "frank", password })).status;
		assert.equal(await signIn(""), 403);
		const weak = await world.ask("POST", `users/${id}/set-password`, { body: { password: "password" } });
		assert.equal(weak.status, 400);
		const chosen = "a battery that staples horses";
		const set = await world.ask("POST", `users/${id}/set-password`, { body: { password: chosen } });
		assert.deepEqual([set.status, set.body], [204, undefined]);
		assert.deepEqual(await world.log("frank", 1), [["password-reset", "administrator", "@alice:localhost"]]);
		assert.equal(await signIn(chosen), 200);
		for (const [username, status] of [
			["frank", 409],
			["FRANK", 400],
			["", 400],
			["fr nk", 400],
		] as const)
			assert.equal((await world.ask("POST", "users", { body: { username } })).status, status, username);
	});

	test("each deed is answered with the user as it is then, done already or not, and is in the log once", async () => {
		const id = await world.idOf("carol");
		const done = async (deed: string, body?: unknown) => {
			const answer = await world.ask("POST", `users/${id}/${deed}`, body === undefined ? {} : { body });
			assert.equal(answer.status, 200, `${deed}: ${JSON.stringify(answer.body)}`);
			return answer.body.data.attributes;
		};
		for (const _ of [1, 2]) assert.notEqual((await done("lock")).locked_at, null);
		const locked = (await world.log("carol", 50)).filter(([kind]) => kind === "account-locked");
		assert.deepEqual(locked, [["account-locked", "administrator", "@alice:localhost"]]);
		for (const _ of [1, 2]) assert.equal((await done("unlock")).locked_at, null);
		for (const _ of [1, 2]) assert.equal((await done("set-admin", { admin: true })).admin, true);
		for (const _ of [1, 2]) assert.equal((await done("set-admin", { admin: false })).admin, false);
		for (const _ of [1, 2]) assert.notEqual((await done("deactivate")).deactivated_at, null);
		assert.equal((await world.ask("POST", `users/${id}/set-admin`, { body: { admin: true } })).status, 409);
		for (const _ of [1, 2]) assert.equal((await done("reactivate")).deactivated_at, null);
		assert.deepEqual(
			(await world.log("carol", 6)).map(([kind]) => kind),
			[
				...["account-reactivated", "account-deactivated", "admin-withdrawn", "admin-granted"],
				...["account-unlocked", "account-locked"],
			],
		);
		const [row] = (await world.server.rows("accounts")).filter(({ localpart }) => localpart === "carol");
		assert.equal(row?.password_hash, null);
	});

	test("what cannot be done to a closed account is not told as done, and what was locked stays it", async () => {
		await world.server.register("ivan");
		const id = await world.idOf("ivan");
		const deed = async (name: string) => {
			const { status, body } = await world.ask("POST", `users/${id}/${name}`);
			return status === 200 ? (body.data.attributes.locked_at === null ? "open" : "locked") : status;
		};
		assert.equal(await deed("deactivate"), "open");
		assert.equal(await deed("lock"), 409);
		assert.equal(await deed("unlock"), "open", "it is not locked");
		assert.equal(await deed("reactivate"), "open");
		assert.equal(await deed("lock"), "locked");
		assert.equal(await deed("deactivate"), "locked");
		assert.equal(await deed("lock"), "locked");
		assert.equal(await deed("unlock"), 409);
		const named = async (query: string) => usernames(await list(query)).includes("ivan");
		assert.deepEqual(
			[
				await named("filter[status]=locked"),
				await named("filter[status]=deactivated"),
				await named("filter[status]=active"),
			],
			[true, true, false],
		);
		assert.equal(await deed("reactivate"), "locked");
		assert.equal(await deed("unlock"), "open");
		assert.equal(await named("filter[status]=active"), true);
	});

	test("a space is searched for, and is in no name; nothing is in every one", async () => {
		assert.equal((await list("filter[search]=%20")).meta.count, 0);
		assert.ok((await list("filter[search]=")).meta.count > 5);
	});

	test("closing an account erases the profile, unless it is said not to", async () => {
		for (const [name, body, erased] of [
			["erased", undefined, "yes"],
			["emptied", {}, "yes"],
			["kept", { skip_erase: true }, "no"],
		] as const) {
			await world.server.register(name);
			const id = await world.idOf(name);
			await world.ask("POST", `users/${id}/deactivate`, body === undefined ? {} : { body });
			const accounts = await world.server.rows("accounts");
			const own = accounts.find(({ localpart }) => localpart === name)?.id;
			const lines = await world.server.rows("security_events");
			const closed = lines.find(
				({ account_id, kind }) => account_id === own && kind === "account-deactivated",
			);
			assert.deepEqual(JSON.parse(String(closed?.detail)), { erase: erased }, name);
		}
	});
});
