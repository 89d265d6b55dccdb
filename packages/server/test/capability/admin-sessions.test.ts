/** What people have, through the admin API: addresses, browsers, apps, clients, registration tokens, and what MAS lacks. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld, ownBase } from "../support/admin-api.ts";
import { decide, uploadPath } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { password } from "../support/server.ts";

describe("what people have, through the admin API", () => {
	let world: AdminWorld;
	before(async () => {
		world = await openAdminWorld();
		await world.server.register("bob");
	});
	after(() => world[Symbol.asyncDispose]());

	test("the site and the version", async () => {
		const { body } = await world.ask("GET", "site-config");
		assert.equal(Object.keys(body).length, 13);
		assert.deepEqual([body.server_name, body.password_registration_enabled], ["localhost", true]);
		assert.match((await world.ask("GET", "version")).body.version, /^\d+\.\d+\.\d+/);
	});

	test("an address is added as somebody's, found by it, another's never, and removed again", async () => {
		const user_id = await world.idOf("bob");
		const added = await world.ask("POST", "user-emails", { body: { user_id, email: "Bob@Example.org" } });
		assert.equal(added.status, 201, JSON.stringify(added.body));
		const { id, attributes } = added.body.data;
		assert.deepEqual([attributes.user_id, attributes.email], [user_id, "Bob@example.org"]);
		assert.deepEqual(await world.log("bob", 1), [["address-added", "administrator", "@alice:localhost"]]);
		assert.deepEqual((await world.ask("GET", `user-emails/${id}`)).body.data.attributes, attributes);
		for (const query of [`filter[user]=${user_id}`, "filter[email]=bob@example.org"])
			assert.deepEqual(
				(await world.ask("GET", `user-emails?${query}`)).body.data.map((one: { id: string }) => one.id),
				[id],
			);
		assert.equal((await world.ask("GET", "user-emails?filter[email]=nobody")).body.meta.count, 0);
		assert.equal((await world.ask("GET", "user-emails?filter[user]=nobody")).status, 404);
		const bySearch = await world.ask("GET", "users?filter[search]=bob@ex");
		assert.deepEqual(
			bySearch.body.data.map((one: { id: string }) => one.id),
			[user_id],
		);
		const alice = await world.idOf("alice");
		for (const [body, status] of [
			[{ user_id, email: "bob@example.org" }, 409],
			[{ user_id: alice, email: "BOB@example.org" }, 409],
			[{ user_id, email: "no address" }, 400],
			[{ user_id: "nobody", email: "x@example.org" }, 404],
		] as const)
			assert.equal((await world.ask("POST", "user-emails", { body })).status, status, JSON.stringify(body));
		assert.equal((await world.ask("DELETE", `user-emails/${id}`)).status, 204);
		assert.equal((await world.ask("DELETE", `user-emails/${id}`)).status, 404);
		assert.deepEqual(await world.log("bob", 1), [["address-removed", "administrator", "@alice:localhost"]]);
	});

	test("a browser is listed and signed out", async () => {
		const browser = await world.server.signIn("bob");
		const user = await world.idOf("bob");
		const all = (await world.ask("GET", `user-sessions?filter[user]=${user}&filter[status]=active`)).body;
		assert.equal(all.meta.count, 2, "the one that registered, too");
		assert.equal(
			(await world.ask("GET", `user-sessions?filter[user]=${user}&filter[status]=finished`)).body.meta.count,
			0,
		);
		for (const { id } of all.data) {
			const ended = await world.ask("POST", `user-sessions/${id}/finish`);
			assert.equal(ended.status, 200);
			assert.notEqual(ended.body.data.attributes.finished_at, null);
			assert.equal((await world.ask("POST", `user-sessions/${id}/finish`)).status, 404);
		}
		assert.equal((await browser.open("/account/")).url.pathname, "/login");
		assert.deepEqual(await world.log("bob", 1), [
			["browser-signed-out", "administrator", "@alice:localhost"],
		]);
	});

	test("an app's session is listed by what it is, read, and ended with its device", async () => {
		const phone = await world.server.loginDevice({ localpart: "bob", clientName: "Phone App" });
		const user = await world.idOf("bob");
		const list = async (query: string) =>
			(await world.ask("GET", `oauth2-sessions?filter[user]=${user}&${query}`)).body;
		const [session] = (await list("filter[status]=active")).data;
		assert.deepEqual(
			[session.attributes.client_id, session.attributes.human_name, session.attributes.finished_at],
			[phone.clientId, "Phone App", null],
		);
		const device = `urn:matrix:client:device:${phone.deviceId}`;
		for (const [query, count] of [
			[`filter[client]=${phone.clientId}`, 1],
			[`filter[client]=${phone.clientId}&filter[client]=${phone.clientId}`, 1],
			["filter[client-kind]=dynamic", 1],
			["filter[client-kind]=static", 0],
			[`filter[scope]=${encodeURIComponent(device)}`, 1],
			[`filter[scope]=${encodeURIComponent(device)}&filter[scope]=urn:mas:admin`, 0],
			["filter[scope]=urn", 0],
			["filter[status]=finished", 0],
			["filter[created-after]=2020-01-01T00:00:00Z", 1],
			["filter[created-before]=2020-01-01T00:00:00Z", 0],
			["filter[last-active-after]=2020-01-01T00:00:00%2B02:00", 1],
			["filter[last-active-before]=2020-01-01T00:00:00Z", 0],
		] as const)
			assert.equal((await list(query)).meta.count, count, query);
		for (const [query, status] of [
			["filter[scope]=a%22b", 400],
			["filter[client]=none", 404],
			["filter[user-session]=x", 400],
			["filter[created-after]=yesterday", 400],
		] as const)
			assert.equal((await world.ask("GET", `oauth2-sessions?${query}`)).status, status, query);
		assert.equal((await world.ask("GET", `compat-sessions/${session.id}`)).status, 404, "of another kind");
		assert.equal((await world.ask("POST", `compat-sessions/${session.id}/finish`)).status, 404);
		const ended = await world.ask("POST", `oauth2-sessions/${session.id}/finish`);
		assert.equal(ended.status, 200);
		assert.notEqual(ended.body.data.attributes.finished_at, null);
		assert.equal((await world.ask("POST", `oauth2-sessions/${session.id}/finish`)).status, 400);
		assert.equal((await world.server.call(phone, "GET", "account/whoami")).status, 401);
		assert.deepEqual(await world.log("bob", 1), [["device-signed-out", "administrator", "@alice:localhost"]]);
		assert.equal((await list("filter[status]=finished")).meta.count, 1);
	});

	test("clients are found by what they said of themselves; no hash of a secret is told", async () => {
		const { client_id } = JSON.parse(await world.type("programs", "create", "Night job", "--json"));
		const count = async (query: string) =>
			(await world.ask("GET", `oauth2-clients?${query}`)).body.meta.count;
		const kind = await world.ask("GET", "oauth2-clients?filter[client-kind]=static");
		assert.deepEqual(
			kind.body.data.map((one: { id: string }) => one.id),
			[client_id],
		);
		assert.ok(!JSON.stringify(kind.body).includes("hash"));
		assert.deepEqual(
			[
				await count("filter[client-name]=night"),
				await count("filter[client-name]=%25"),
				await count("filter[client-uri]=app.example&filter[client-name]=Phone"),
				await count("filter[grant-type]=client_credentials"),
				await count("filter[grant-type]=client"),
			],
			[1, 0, 1, 1, 0],
		);
		const phone = await world.server.loginDevice({ localpart: "bob", clientName: "Only One" });
		const live = "filter[client-name]=Only&filter[has-active-sessions]";
		assert.deepEqual([await count(`${live}=true`), await count(`${live}=false`)], [1, 0]);
		const one = await world.ask("GET", `oauth2-clients/${phone.clientId}`);
		assert.deepEqual(
			[one.body.data.attributes.client_name, one.body.data.attributes.is_static],
			["Only One", false],
		);
	});

	test("a registration token is made, changed, revoked and given back; its text is told once", async () => {
		const made = await world.ask("POST", "user-registration-tokens", {
			body: { token: "come-in-2026", usage_limit: 2, expires_at: "2999-01-01T00:00:00Z" },
		});
		assert.equal(made.status, 201, JSON.stringify(made.body));
		const { id, type, attributes } = made.body.data;
		assert.equal(type, "user-registration_token");
		assert.deepEqual([attributes.token, attributes.valid, attributes.usage_limit], ["come-in-2026", true, 2]);
		assert.equal(
			(await world.ask("POST", "user-registration-tokens", { body: { token: "come-in-2026" } })).status,
			409,
		);
		const drawn = await world.ask("POST", "user-registration-tokens", { body: {} });
		assert.match(drawn.body.data.attributes.token, /^[\w-]{24}$/);
		assert.equal((await world.ask("GET", `user-registration-tokens/${id}`)).body.data.attributes.token, "");
		const put = async (body: unknown) =>
			(await world.ask("PUT", `user-registration-tokens/${id}`, { body })).body.data.attributes;
		assert.deepEqual((await put({ usage_limit: 5 })).usage_limit, 5);
		const cleared = await put({ usage_limit: null, expires_at: null });
		assert.deepEqual([cleared.usage_limit, cleared.expires_at], [null, null]);
		assert.equal((await put({ expires_at: "2020-01-01T00:00:00Z" })).valid, false);
		assert.deepEqual((await put({})).expires_at, "2020-01-01T00:00:00.000Z");
		const count = async (query: string) =>
			(await world.ask("GET", `user-registration-tokens?${query}`)).body.meta.count;
		assert.deepEqual([await count("filter[expired]=true"), await count("filter[valid]=true")], [1, 1]);
		await put({ expires_at: null });
		const deed = (name: string) => world.ask("POST", `user-registration-tokens/${id}/${name}`);
		assert.equal((await deed("unrevoke")).status, 400);
		assert.equal((await deed("revoke")).body.data.attributes.valid, false);
		assert.equal((await deed("revoke")).status, 400);
		assert.deepEqual([await count("filter[revoked]=true"), await count("filter[valid]=false")], [1, 1]);
		assert.equal((await deed("unrevoke")).body.data.attributes.valid, true);
		assert.deepEqual([await count("filter[used]=true"), await count("filter[used]=false")], [0, 2]);
	});

	test("policy data is refused, since nothing would obey it", async () => {
		assert.equal(
			(await world.ask("POST", "policy-data", { body: { data: { banned: ["bob"] } } })).status,
			400,
		);
		for (const path of ["policy-data/latest", "policy-data/x"])
			assert.equal((await world.ask("GET", path)).status, 404);
	});

	test("the log of a person is read page by page", async () => {
		const id = await world.idOf("bob");
		for (let times = 0; times < 55; times += 1)
			await world.ask("POST", `users/${id}/${times % 2 === 0 ? "lock" : "unlock"}`);
		await world.ask("POST", `users/${id}/unlock`);
		const seen: string[] = [];
		let next: string | undefined = `${ownBase}/users/${id}/security-log`;
		while (next !== undefined) {
			const { body } = await world.ask("GET", next);
			seen.push(...body.data.map((line: { id: string }) => line.id));
			next = body.links.next;
		}
		assert.ok(seen.length > 55);
		assert.equal(new Set(seen).size, seen.length);
		const { body } = await world.ask("GET", `${ownBase}/users/${id}/security-log`);
		assert.equal(body.data.length, 50);
		assert.deepEqual(body.data[0].actor, { kind: "administrator", name: "@alice:localhost" });
	});

	test("requests to replace the identity are told of as they stand, ended, and approved by nobody", async () => {
		const id = await world.idOf("bob");
		const path = `${ownBase}/users/${id}/reset-requests`;
		const states = async () =>
			(await world.ask("GET", path)).body.data.map((each: { state: string }) => each.state);
		const end = () => world.ask("POST", `${path}/end`);
		assert.deepEqual(await states(), []);
		assert.deepEqual((await end()).body, { ended: 0 });
		const browser = await world.server.signIn("bob");
		const [phone, laptop] = [
			await world.server.loginDevice({ localpart: "bob", browser }),
			await world.server.loginDevice({ localpart: "bob", browser }),
		];
		const upload = (device: typeof phone, name: string) =>
			world.server.call(device, "POST", uploadPath, identityOf(device.userId, name).body);
		assert.equal((await upload(phone, "first")).status, 200);
		assert.equal((await upload(laptop, "second")).status, 401);
		const [asked] = (await world.ask("GET", path)).body.data;
		assert.deepEqual([asked.state, asked.device_id], ["pending", laptop.deviceId]);
		assert.equal(asked.master_key, identityOf(laptop.userId, "second").master.keyId.replace("ed25519:", ""));
		const { body } = await upload(phone, "third");
		await decide(browser, new URL(body.params["m.oauth"].url).pathname, "approve");
		assert.deepEqual((await states()).sort(), ["approved", "pending"]);
		const ended = await end();
		assert.deepEqual([ended.status, ended.body], [200, { ended: 2 }]);
		assert.deepEqual(await states(), ["withdrawn", "withdrawn"]);
		assert.deepEqual(await world.log("bob", 1), [["requests-ended", "administrator", "@alice:localhost"]]);
		assert.equal((await upload(phone, "third")).status, 401, "the approval is worth nothing");
		assert.deepEqual((await end()).body, { ended: 1 });
		for (const deed of ["approve", "deny"])
			for (const at of [path, `${path}/${asked.reference}`])
				assert.equal((await world.ask("POST", `${at}/${deed}`)).status, 404, deed);
		const none = await world.ask("GET", `${ownBase}/users/01J0000000E008000000000061/reset-requests`);
		assert.equal(none.status, 404);
	});

	test("what a reset left is told of, with its end, and is read and deleted by nobody here", async () => {
		const browser = await world.server.register("kim");
		const phone = await world.server.loginDevice({ localpart: "kim", browser });
		const path = `${ownBase}/users/${await world.idOf("kim")}/kept`;
		assert.deepEqual((await world.ask("GET", path)).body, { data: [] });
		const call = async (method: string, at: string, body?: unknown) => {
			const { status } = await world.server.call(phone, method, at, body);
			assert.equal(status, 200, at);
		};
		const data = (type: string) => `user/${encodeURIComponent(phone.userId)}/account_data/${type}`;
		const upload = (name: string) =>
			world.server.call(phone, "POST", uploadPath, identityOf(phone.userId, name).body);
		assert.equal((await upload("first")).status, 200);
		const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
		await call("POST", "room_keys/version", { algorithm, auth_data: { public_key: "abc" } });
		await call("PUT", data("m.secret_storage.default_key"), { key: "K1" });
		const key = { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv: "i", mac: "m" };
		await call("PUT", data("m.secret_storage.key.K1"), key);
		await call("PUT", data("m.megolm_backup.v1"), { encrypted: { K1: { ciphertext: "d" } } });
		await call("DELETE", "room_keys/version/1");
		const { body } = await upload("second");
		const page = await browser.open(new URL(body.params["m.oauth"].url).pathname);
		const form = page.forms.find(({ action }) => action === page.url.pathname);
		const answer = { decision: "approve", password, understood: "yes", agree: "yes" };
		await browser.send(form?.action ?? "", {
			method: "POST",
			body: new URLSearchParams({ ...form?.fields, ...answer }),
		});
		assert.equal((await upload("second")).status, 200);
		const [kept, ...others] = (await world.ask("GET", path)).body.data;
		assert.deepEqual(others, []);
		const { until, reference, ...rest } = kept;
		assert.deepEqual(rest, { backup_is_back: false, is_let_read: false });
		assert.ok(Date.parse(until) > Date.now());
		assert.equal(typeof reference, "string");
		for (const method of ["DELETE", "POST", "PUT"])
			assert.equal((await world.ask(method, path)).status, 405, method);
	});

	test("where the move stands is told, once there is one", async () => {
		assert.equal((await world.ask("GET", `${ownBase}/move`)).status, 404);
		const passwords = { forNew: { kind: "argon2id" }, ofMost: { kind: "argon2id" } };
		const move = { source: "mas", state: "switched", startedAt: 1000, passedAt: 2000, switchedAt: 2000 };
		const text = JSON.stringify({ ...move, passwords, sealTo: null, settledAt: null });
		await world.server.change(`INSERT INTO settings (name, value) VALUES ('move', '${text}')`);
		const { status, body } = await world.ask("GET", `${ownBase}/move`);
		await world.server.change("DELETE FROM settings WHERE name = 'move'");
		assert.deepEqual(
			[status, body],
			[
				200,
				{
					...{ source: "mas", state: "switched", started_at: "1970-01-01T00:00:01.000Z" },
					...{ passed_at: "1970-01-01T00:00:02.000Z", switched_at: "1970-01-01T00:00:02.000Z" },
					settled_at: null,
				},
			],
		);
	});

	test("sessions are found by what kind of app, scope, state and time they are of, and only these", async () => {
		await world.server.register("lena");
		const id = await world.idOf("lena");
		const [first, second] = [
			await world.server.loginDevice({ localpart: "lena" }),
			await world.server.loginDevice({ localpart: "lena" }),
		];
		const apps: readonly { id: string }[] = (await world.ask("GET", "oauth2-clients")).body.data;
		const other = apps.find((each) => each.id !== first.clientId)?.id ?? "";
		const found = async (more: string, list = "oauth2-sessions") => {
			const { status, body } = await world.ask("GET", `${list}?filter[user]=${id}${more}`);
			assert.equal(status, 200, `${more} ${JSON.stringify(body)}`);
			assert.equal(body.meta.count, body.data.length, more);
			return body.data.length as number;
		};
		const device = (of: typeof first) => encodeURIComponent(`urn:matrix:client:device:${of.deviceId}`);
		const [before, later] = ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"];
		for (const [more, count] of [
			["", 2],
			["&filter[client-kind]=dynamic", 2],
			["&filter[client-kind]=static", 0],
			[`&filter[client]=${first.clientId}`, 2],
			[`&filter[client]=${other}`, 0],
			[`&filter[client]=${first.clientId}&filter[client]=${other}`, 2],
			[`&filter[scope]=${device(first)}`, 1],
			[`&filter[scope]=${device(first)}&filter[scope]=openid`, 0],
			["&filter[status]=active", 2],
			["&filter[status]=finished", 0],
		] as const)
			assert.equal(await found(more), count, more);
		for (const list of ["oauth2-sessions", "user-sessions"])
			for (const name of ["created", "last-active"]) {
				const all = await found("", list);
				assert.ok(all > 0);
				assert.equal(await found(`&filter[${name}-after]=${before}`, list), all);
				assert.equal(await found(`&filter[${name}-after]=${later}`, list), 0);
				assert.equal(await found(`&filter[${name}-before]=${later}`, list), all);
				assert.equal(await found(`&filter[${name}-before]=${before}`, list), 0);
			}
		await world.server.call(second, "POST", "logout", {});
		assert.deepEqual(
			[await found("&filter[status]=finished"), await found("&filter[status]=active")],
			[1, 1],
		);
	});

	test("links: one sets a password, and people are invited, all or none", async () => {
		const id = await world.idOf("bob");
		const made = await world.ask("POST", `${ownBase}/users/${id}/reset-link`);
		assert.equal(made.status, 201);
		const page = await world.server.browser().open(new URL(made.body.url).pathname);
		assert.equal(page.title, "Set a new password");
		assert.deepEqual(await world.log("bob", 1), [
			["password-link-made", "administrator", "@alice:localhost"],
		]);
		const invite = (people: unknown) => world.ask("POST", `${ownBase}/invitations`, { body: { people } });
		const invited = await invite([{ username: "gina", email: "gina@example.org" }, { username: "bob" }]);
		assert.equal(invited.status, 201, JSON.stringify(invited.body));
		assert.deepEqual(
			invited.body.links.map((link: { username: string } | null) => link?.username ?? null),
			["gina", null],
		);
		for (const people of [
			[{ username: "hank" }, { username: "b ob" }],
			[{ username: "hank" }, { username: "ida", email: "none" }],
		])
			assert.equal((await invite(people)).status, 400);
		assert.equal((await world.ask("GET", "users/by-username/hank")).status, 404);
	});
});
