/** The admin API against those who may not, or not any more, and against whatever can be sent to it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, managingToken, openAdminWorld, ownBase } from "../support/admin-api.ts";

interface Operation {
	readonly method: string;
	readonly path: string;
	readonly parameters: readonly { readonly in: string; readonly name: string }[];
	readonly responses: Readonly<Record<string, unknown>>;
}

async function operationsOf(world: AdminWorld): Promise<readonly Operation[]> {
	const told = await fetch(new URL("/api/spec.json", world.server.url));
	const { paths } = (await told.json()) as {
		readonly paths: Readonly<
			Record<string, Readonly<Record<string, Pick<Operation, "parameters" | "responses">>>>
		>;
	};
	return Object.entries(paths).flatMap(([path, all]) =>
		Object.entries(all).map(([method, { parameters, responses }]) => ({
			...{ method: method.toUpperCase(), path, parameters, responses },
		})),
	);
}

const filled = (path: string, id: string) => path.replaceAll(/\{\w+\}/g, encodeURIComponent(id));

describe("who may use the admin API", () => {
	let world: AdminWorld;
	let operations: readonly Operation[];
	before(async () => {
		world = await openAdminWorld();
		operations = await operationsOf(world);
		assert.ok(operations.length >= 40);
		await world.server.register("bob");
	});
	after(() => world[Symbol.asyncDispose]());

	const refusedWith = async (status: number, headers: Readonly<Record<string, string>>, query = "") => {
		for (const { method, path, responses } of operations) {
			assert.ok(status in responses, `${method} ${path} is not told to answer ${status}`);
			const url = new URL(`${filled(path, "x")}${query}`, world.server.url);
			const response = await fetch(url, { method, headers });
			const text = await response.text();
			assert.equal(response.status, status, `${method} ${path}: ${text}`);
			world.holdToDocument({ method, path: url.pathname, status, body: JSON.parse(text) });
			assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/);
			assert.equal(response.headers.get("access-control-allow-origin"), "*");
			assert.equal(response.headers.get("access-control-allow-credentials"), null);
		}
	};

	test("nobody without a token, nor with two, one in the address, or one that is none", async () => {
		await refusedWith(401, {});
		await refusedWith(401, { authorization: `Bearer ${world.token}` }, `?access_token=${world.token}`);
		await refusedWith(401, { authorization: `Basic ${btoa(`alice:${world.token}`)}` });
		await refusedWith(401, { authorization: "Bearer mat_x" });
		await refusedWith(401, { authorization: `Bearer ${world.token}, Bearer ${world.token}` });
	});

	test("no browser by its cookies, from any origin: an administrator's page cannot be used by another", async () => {
		const browser = await world.server.signIn("alice");
		const cookie = browser.cookies.headerFor(new URL("/account/", world.server.url));
		assert.notEqual(cookie, "");
		await refusedWith(401, { cookie, origin: "https://evil.example", "sec-fetch-site": "cross-site" });
		await refusedWith(401, { cookie });
	});

	test("no token without the scope, be it an administrator's, and none of somebody who is no administrator", async () => {
		const plain = await world.server.loginDevice({ localpart: "alice" });
		await refusedWith(403, { authorization: `Bearer ${plain.accessToken}` });
		const synapse = await managingToken(world.server, "alice", "urn:synapse:admin:*");
		await refusedWith(403, { authorization: `Bearer ${synapse.accessToken}` });
		const bob = await managingToken(world.server, "bob");
		assert.ok(!bob.scope.includes("urn:mas:admin"), "only administrators are given it");
		await refusedWith(403, { authorization: `Bearer ${bob.accessToken}` });
	});

	test("nobody who is demoted, locked or signed out, from that moment on", async () => {
		for (const [name, end] of [
			["demoted", (id: string) => world.ask("POST", `users/${id}/set-admin`, { body: { admin: false } })],
			["locked", (id: string) => world.ask("POST", `users/${id}/lock`)],
			["closed", (id: string) => world.ask("POST", `users/${id}/deactivate`)],
		] as const) {
			await world.server.register(name);
			await world.type("users", "promote", name);
			const { accessToken: token } = await managingToken(world.server, name);
			assert.equal((await world.ask("GET", "users", { token })).status, 200);
			assert.equal((await end(await world.idOf(name))).status, 200);
			await refusedWith(401, { authorization: `Bearer ${token}` });
		}
		await world.server.register("gone");
		await world.type("users", "promote", "gone");
		const { accessToken } = await managingToken(world.server, "gone");
		await world.server.call({ accessToken }, "POST", "logout", {});
		await refusedWith(401, { authorization: `Bearer ${accessToken}` });
	});

	test("a deed that was begun before its administrator was demoted is not done after it", async () => {
		await world.server.register("late");
		await world.server.register("victim");
		await world.type("users", "promote", "late");
		const { accessToken: token } = await managingToken(world.server, "late");
		const victim = await world.idOf("victim");
		// The body is held back until the right is gone.
		const gate = Promise.withResolvers<void>();
		const body = new ReadableStream({
			async start(controller) {
				controller.enqueue(new TextEncoder().encode('{"admin":'));
				await gate.promise;
				controller.enqueue(new TextEncoder().encode("true}"));
				controller.close();
			},
		});
		const url = new URL(`/api/admin/v1/users/${victim}/set-admin`, world.server.url);
		const asked = fetch(url, {
			...{ method: "POST", body, headers: { authorization: `Bearer ${token}` } },
			...({ duplex: "half" } as object),
		});
		await world.type("users", "demote", "late");
		gate.resolve();
		assert.equal((await asked).status, 401);
		assert.equal((await world.ask("GET", `users/${victim}`)).body.data.attributes.admin, false);
	});

	test("twenty at once make one account of a name, and lock somebody once", async () => {
		const made = await Promise.all(
			Array.from({ length: 20 }, () => world.ask("POST", "users", { body: { username: "once" } })),
		);
		const statuses = made.map(({ status }) => status).sort();
		assert.deepEqual(statuses, [201, ...Array(19).fill(409)]);
		const id = await world.idOf("once");
		await Promise.all(Array.from({ length: 20 }, () => world.ask("POST", `users/${id}/lock`)));
		const kinds = (await world.log("once", 50)).map(([kind]) => kind);
		assert.deepEqual(kinds.filter((kind) => kind === "account-locked").length, 1);
	});
});

test("an administrator without the second factor that is demanded uses it no longer than the grace time", async () => {
	await using world = await openAdminWorld();
	assert.equal((await world.ask("GET", "users")).status, 200);
	await world.server.restart({ secondFactor: { demandedOf: "admins", graceDays: 14 } });
	assert.equal((await world.ask("GET", "users")).status, 200);
	await world.server.restart({ secondFactor: { demandedOf: "admins", graceDays: 0 } });
	assert.equal((await world.ask("GET", "users")).status, 403);
});

const oddTexts = [
	...["", " ", "\0", "a\0b", "%", "'", '"', "\\", "_", "!", "\ud800", "\u{1f600}", "../..", "x".repeat(1024)],
	...[
		"x".repeat(1025),
		"null",
		"undefined",
		"[]",
		"{}",
		"-1",
		"1e309",
		"NaN",
		"9".repeat(40),
		"true",
		"Infinity",
	],
	...[
		"2020-01-01T00:00:00Z",
		"2020-13-45T99:99:99Z",
		"-271821-04-19T23:59:59Z",
		"+275760-09-13T00:00:00.001Z",
	],
	...["WyJhIiwiYiJd", "WyJhIl0", "WzEsMl0", "bm90IGpzb24", "01J0000000E008000000000061"],
];

describe("whatever is sent to the admin API", () => {
	let world: AdminWorld;
	let operations: readonly Operation[];
	before(async () => {
		world = await openAdminWorld();
		operations = await operationsOf(world);
	});
	after(() => world[Symbol.asyncDispose]());

	const isClear = ({ status, body }: { status: number; body: unknown }, what: string) => {
		assert.ok(status < 500, `${status} ${what}`);
		if (status < 400) return;
		const [error] = (body as { errors: { title: string }[] }).errors;
		assert.equal(typeof error?.title, "string", what);
	};

	test("no parameter of any list breaks it", async () => {
		for (const { method, path, parameters, responses } of operations.filter((one) => one.method === "GET")) {
			const names = parameters.filter((one) => one.in === "query").map(({ name }) => name);
			await Promise.all(
				names.flatMap((name) =>
					oddTexts.map(async (text) => {
						const url = `${filled(path, "x")}?${new URLSearchParams([[name, text]])}`;
						const answer = await world.ask(method, url);
						isClear(answer, url);
						assert.ok(answer.status in responses, `${url} is not told to answer ${answer.status}`);
					}),
				),
			);
		}
	});

	test("no cursor of one list breaks another", async () => {
		const lists = operations.filter(({ parameters }) =>
			parameters.some(({ name }) => name === "page[after]"),
		);
		const cursors = new Set<string>();
		for (const { path } of lists)
			for (const { id } of (await world.ask("GET", path)).body.data) cursors.add(id);
		for (const { path } of lists)
			for (const cursor of cursors)
				for (const side of ["page[after]", "page[before]"]) {
					const url = `${path}?${new URLSearchParams([[side, cursor]])}`;
					isClear(await world.ask("GET", url), url);
				}
	});

	test("ids of the wrong kind are not found, wherever they are sent", async () => {
		const own = await world.idOf("alice");
		const ids = [own, ...oddTexts.filter((text) => text !== "" && text !== "../.." && text.isWellFormed())];
		for (const { method, path, responses } of operations.filter((one) => one.path.includes("{")))
			await Promise.all(
				ids.map(async (id) => {
					if (id === own && path.includes("/users/{id}")) return;
					const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
					const answer = await world.ask(method, filled(path, id), body);
					isClear(answer, `${method} ${path} ${id}`);
					assert.ok(answer.status in responses, `${method} ${path} is not told to answer ${answer.status}`);
					assert.ok([400, 404].includes(answer.status), `${method} ${path} ${id}: ${answer.status}`);
				}),
			);
		assert.equal((await world.ask("GET", `users/${own}`)).status, 200, "nothing was done to anybody");
	});

	test("what is no parameter, or is sent twice, is refused and not left out", async () => {
		for (const query of [
			...["filter[stauts]=locked", "filter=locked", "filter[]=x", "page[frist]=5", "page=2"],
			...[
				"filter[status]=active&filter[status]=locked",
				"filter[status]=active&filter[status][]=locked",
				"page[first]=0",
				"page[first]=1001",
				"page[first]=-1",
			],
			...["page[first]=5&page[last]=5", "filter[status]=LOCKED", "filter[admin]=yes", "count=maybe"],
		]) {
			const { status, body } = await world.ask("GET", `users?${query}`);
			assert.equal(status, 400, query);
			isClear({ status, body }, query);
		}
		for (const [method, path] of [
			...([
				["GET", "users?filters[status]=locked"],
				["GET", "users?Filter[status]=locked"],
				["GET", "users?filter_status=locked"],
				["GET", "users?page_first=1"],
				["GET", "users?_=123"],
				["GET", "site-config?x=1"],
			] as const),
			["GET", `${ownBase}/users/${await world.idOf("alice")}/reset-requests?filter[state]=pending`],
			["POST", `users/${await world.idOf("alice")}/unlock?x=1`],
		] as const)
			assert.equal((await world.ask(method, path)).status, 400, path);
	});

	test("bodies with unknown or wrong members are refused, and nothing is done", async () => {
		await world.server.register("kept");
		const id = await world.idOf("kept");
		for (const [path, body] of [
			[`users/${id}/deactivate`, { skip_erased: true }],
			[`users/${id}/deactivate`, { skip_erase: "yes" }],
			[`users/${id}/deactivate`, []],
			[`users/${id}/deactivate`, "null"],
			[`users/${id}/deactivate`, "{"],
			[`users/${id}/set-admin`, {}],
			[`users/${id}/set-admin`, { admin: "true" }],
			[`users/${id}/set-admin`, { admin: true, more: 1 }],
			[`users/${id}/set-password`, { password: 5 }],
			[`users/${id}/set-password`, ""],
			["users", { username: "new", avatar_url: "mxc://x/y" }],
			["users", { username: "new", admin: true }],
			["users", { username: "n\0w" }],
			["users", { username: ["new"] }],
			["users", { username: "new", displayname: "a\nb" }],
			["users", { username: "new", displayname: "x".repeat(257) }],
			["users", "x=y"],
			["user-emails", { user_id: id }],
			["user-registration-tokens", { usage_limit: 0 }],
			["user-registration-tokens", { usage_limit: 1.5 }],
			["user-registration-tokens", { expires_at: "tomorrow" }],
			["user-registration-tokens", { token: "a b c d" }],
			["user-registration-tokens", { token: "fine-token", username: "only-me" }],
			[`${ownBase}/invitations`, { people: [] }],
			[`${ownBase}/invitations`, { people: [{ username: "x", role: "admin" }] }],
			[`${ownBase}/invitations`, { people: [{ username: "x", displayname: "x".repeat(257) }] }],
		] as const) {
			const answer = await world.ask("POST", path, { body });
			assert.equal(answer.status, 400, `${path} ${JSON.stringify(body)} ${JSON.stringify(answer.body)}`);
			isClear(answer, path);
		}
		const { attributes } = (await world.ask("GET", `users/${id}`)).body.data;
		assert.deepEqual([attributes.admin, attributes.deactivated_at], [false, null]);
		assert.equal((await world.ask("GET", "user-registration-tokens")).body.meta.count, 0);
		const large = await world.ask("POST", "users", { body: { username: "x".repeat(70_000) } });
		assert.equal(large.status, 413);
	});

	test("where nothing is, and by methods that are not, it answers as everywhere below /api", async () => {
		for (const path of [
			"/api",
			"/api/",
			"/api/admin",
			"/api/admin/v1",
			"/api/admin/v1/nothing",
			"/api/admin/v2/users",
		]) {
			const { status, body, headers } = await world.ask("GET", path);
			assert.deepEqual([status, headers.get("access-control-allow-origin")], [404, "*"], path);
			assert.equal(typeof body.errors[0].title, "string");
		}
		const wrong = await world.ask("PATCH", "users");
		assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, POST, OPTIONS"]);
		const before = await fetch(new URL("/api/admin/v1/users", world.server.url), { method: "OPTIONS" });
		assert.deepEqual(
			[before.status, before.headers.get("access-control-allow-methods")],
			[204, "GET, POST, OPTIONS"],
		);
	});
});
