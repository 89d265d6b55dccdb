/** The admin API where the homeserver is a Synapse: accounts that it knows already, and apps of the older login API. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld } from "../support/admin-api.ts";
import { passwordLogin } from "../support/compat-world.ts";
import { type HomeserverStandIn, startHomeserverStandIn } from "../support/homeserver-stand-in.ts";

describe("beside Synapse", () => {
	let homeserver: HomeserverStandIn;
	let world: AdminWorld;
	before(async () => {
		homeserver = await startHomeserverStandIn();
		const { base: synapse, secret } = homeserver;
		const publicBase = "https://matrix.example/";
		world = await openAdminWorld({ homeserver: { synapse, secret, publicBase, guard: false } });
		await world.server.register("bob");
	});
	after(async () => {
		await world[Symbol.asyncDispose]();
		await homeserver.close();
	});
	const make = (body: object) => world.ask("POST", "users", { body });
	const isThere = async (name: string) =>
		(await world.ask("GET", `users/by-username/${name}`)).status === 200;

	test("who is known there is nobody new, but with skip_homeserver_check: then it is their account", async () => {
		homeserver.people.set("known", { isClosed: false });
		const refused = await make({ username: "known" });
		assert.deepEqual([refused.status, await isThere("known")], [409, false]);
		const made = await make({ username: "known", skip_homeserver_check: true });
		assert.equal(made.status, 201, JSON.stringify(made.body));
		assert.equal(made.body.data.attributes.username, "known");
		const again = await make({ username: "known", skip_homeserver_check: true });
		assert.equal(again.status, 409);
		// Of a name that nobody has there it changes nothing.
		assert.equal((await make({ username: "unknown", skip_homeserver_check: true })).status, 201);
		assert.equal((await make({ username: "new", skip_homeserver_check: false })).status, 201);
	});

	test("whose account it has closed gets none: that says how one is opened", async () => {
		homeserver.people.set("closed", { isClosed: true });
		const { status, body } = await make({ username: "closed", skip_homeserver_check: true });
		assert.deepEqual([status, await isThere("closed")], [409, false]);
		assert.match(body.errors[0].title, /users create --existing --reopen/);
	});

	test("while it does not answer nobody is made, and whoever asks is told to try again", async () => {
		homeserver.isDown = true;
		try {
			for (const more of [{}, { skip_homeserver_check: true }]) {
				const { status, body } = await make({ username: "later", ...more });
				assert.deepEqual([status, body.errors.length], [503, 1]);
			}
		} finally {
			homeserver.isDown = false;
		}
		assert.equal(await isThere("later"), false);
		assert.equal((await make({ username: "later" })).status, 201);
	});

	test("an app of the older login API is listed, told apart, and ended with its device", async () => {
		const id = await world.idOf("bob");
		const logIn = async () => {
			const response = await fetch(new URL("/_matrix/client/v3/login", world.server.url), {
				method: "POST",
				headers: { "user-agent": "Older/1.0" },
				body: JSON.stringify(passwordLogin("bob")),
			});
			return (await response.json()) as { readonly access_token: string; readonly device_id: string };
		};
		const [first, second] = [await logIn(), await logIn()];
		const list = async (more = "") =>
			(await world.ask("GET", `compat-sessions?filter[user]=${id}${more}`)).body;
		const all = await list();
		assert.equal(all.meta.count, 2);
		const [one] = all.data.filter(
			({ attributes }: { attributes: { device_id: string } }) => attributes.device_id === first.device_id,
		);
		const { created_at, last_active_at, ...told } = one.attributes;
		assert.ok(Date.parse(created_at) <= Date.parse(last_active_at));
		assert.deepEqual(told, {
			...{ user_id: id, device_id: first.device_id, user_session_id: null, redirect_uri: null },
			...{ user_agent: "Older/1.0", last_active_ip: "127.0.0.1", finished_at: null, human_name: null },
		});
		const found = async (path: string) => (await world.ask("GET", path)).body.meta.count;
		assert.equal(await found(`oauth2-sessions?filter[user]=${id}`), 0);
		assert.equal(await found("users?filter[has-active-compat-session]=true"), 1);
		assert.equal((await world.ask("GET", `compat-sessions/${one.id}`)).body.data.id, one.id);
		assert.equal((await world.ask("GET", `oauth2-sessions/${one.id}`)).status, 404);
		const ended = await world.ask("POST", `compat-sessions/${one.id}/finish`);
		assert.equal(ended.status, 200);
		assert.notEqual(ended.body.data.attributes.finished_at, null);
		assert.equal((await world.ask("POST", `compat-sessions/${one.id}/finish`)).status, 400);
		assert.ok(!homeserver.devices.has(`bob/${first.device_id}`), "the homeserver was told");
		const isActive = async (token: string) => {
			const response = await fetch(new URL("oauth2/introspect", world.server.url), {
				...{ method: "POST", body: new URLSearchParams({ token }) },
				headers: { authorization: `Bearer ${world.server.introspectionSecret}` },
			});
			return ((await response.json()) as { readonly active: boolean }).active;
		};
		assert.deepEqual(
			[await isActive(first.access_token), await isActive(second.access_token)],
			[false, true],
		);
		const [active, finished] = [await list("&filter[status]=active"), await list("&filter[status]=finished")];
		assert.deepEqual([active.meta.count, finished.meta.count], [1, 1]);
		assert.deepEqual([active.data.length, finished.data[0].id], [1, one.id]);
	});
});
