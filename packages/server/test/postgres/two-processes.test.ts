/** Two servers as they are run: processes of their own on one PostgreSQL, behind a proxy, killed and started again. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { decide, postForm, uploadPath } from "../support/attack-world.ts";
import { type ChildServer, type Settings, startChild } from "../support/child-server.ts";
import { identityOf } from "../support/device-crypto.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { createDatabase, onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { startProxy } from "../support/proxy.ts";
import { call, loginDevice, password } from "../support/server.ts";

/** A server that can be lost, and is the same one when it is back. */
interface Member {
	readonly port: number;
	readonly url: string;
	start(): Promise<void>;
	/** Ends it as a power failure does. */
	kill(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

async function createMember(settings: Settings): Promise<Member> {
	// Chosen here: a server says the address of the proxy, not its own.
	const port = await lastingPort();
	let running: ChildServer | undefined;
	return {
		port,
		url: `http://localhost:${port}/`,
		async start() {
			running = await startChild({ ...settings, PORT: `${port}` });
		},
		async kill() {
			running?.signal("SIGKILL");
			await running?.ended;
		},
		async [Symbol.asyncDispose]() {
			await running?.[Symbol.asyncDispose]();
		},
	};
}

describe("two processes on one PostgreSQL", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	/** Both started, on a database with nothing in it, and Alice's browser. */
	async function open() {
		await using opened = new AsyncDisposableStack();
		const { url: database } = await createDatabase(cluster.url("postgres"));
		const data = await mkdtemp(join(tmpdir(), "countersign-two-"));
		opened.defer(() => rm(data, { recursive: true, force: true }));
		const proxy = await startProxy();
		opened.defer(() => proxy.close());
		const settings = { DATA: data, DATABASE: database, PUBLIC_BASE: proxy.url };
		const one = opened.use(await createMember(settings));
		const two = opened.use(await createMember(settings));
		await Promise.all([one.start(), two.start()]);
		const serve = (...members: readonly Member[]) => proxy.serve(members.map(({ port }) => port));
		serve(one, two);
		const browser = createFormBrowser(proxy.url);
		await browser.press(await browser.open("/register"), "Create account", { username: "alice", password });
		const kept = opened.move();
		return { database, one, two, proxy, serve, browser, [Symbol.asyncDispose]: () => kept.disposeAsync() };
	}

	test("a request asked at one is approved at the other and spent at the first, whoever is lost meanwhile", async () => {
		await using world = await open();
		const { one, two, proxy, serve, browser } = world;
		const phone = await loginDevice(proxy.url, { localpart: "alice", browser });
		const uploadAt = async ({ url }: Member, identity: string) => {
			const { body } = identityOf(phone.userId, identity);
			return call(url, phone.accessToken, { method: "POST", path: uploadPath, body });
		};
		assert.equal((await uploadAt(two, "first")).status, 200);
		const asked = await uploadAt(one, "second");
		assert.equal(asked.status, 401);
		serve(two);
		const path = new URL(asked.body.params["m.oauth"].url).pathname;
		assert.match((await decide(browser, path, "approve")).text, /approved/i);
		await two.kill();
		assert.equal((await uploadAt(one, "second")).status, 200);
		await one.kill();
		await two.start();
		assert.equal((await uploadAt(two, "second")).status, 200, "it is there");
		assert.equal((await uploadAt(two, "third")).status, 401, "and the approval is spent");
		const renewed = await postForm(`${proxy.url}oauth2/token`, {
			grant_type: "refresh_token",
			client_id: phone.clientId,
			refresh_token: phone.refreshToken,
		});
		assert.equal(renewed.status, 200);
		assert.equal((await browser.open("/account/")).url.pathname, "/account/");
	});

	test("attempts at one count at the other, and still when it is back from being killed", async () => {
		await using world = await open();
		const { one, two, proxy, serve, database } = world;
		const guessAt = async (member: Member) => {
			serve(member);
			const stranger = createFormBrowser(proxy.url);
			const typed = { username: "alice", password: "wrong horse battery staple" };
			return (await stranger.press(await stranger.open("/login"), "Sign in", typed)).status;
		};
		assert.equal(await guessAt(one), 403);
		// What is forgotten after a minute is kept for longer than any machine takes for this.
		await onDatabase(database, (client) => client.query("UPDATE attempts SET expire = expire + 3600000"));
		for (const member of [two, one, two, one]) assert.equal(await guessAt(member), 403);
		assert.equal(await guessAt(two), 429);
		await one.kill();
		await one.start();
		assert.equal(await guessAt(one), 429);
	});
});
