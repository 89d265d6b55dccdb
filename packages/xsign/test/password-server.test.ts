import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import {
	password,
	type ServerKind,
	serverKinds,
	startServerOf,
} from "../../client/test/support/servers/index.ts";
import { startBetween } from "../../server/test/support/between.ts";
import { statusOf } from "./support/world.ts";
import { createMachine } from "./support/xsign.ts";

const slow = { timeout: 120_000 };

describe("where a server has nothing but passwords", () => {
	const kind = serverKinds.find(({ by }) => by === "password") as ServerKind;

	/** The server with a sign-in before it, and without OAuth. */
	async function open() {
		const server = await startServerOf(kind);
		const between = await startBetween(() => server.url);
		const json = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
		between.decide(({ method, path, body }) => {
			if (path.includes("auth_metadata")) return json(404, { errcode: "M_UNRECOGNIZED" });
			if (method !== "POST" || !path.endsWith("/v3/login")) return "pass";
			if (JSON.parse(body).password !== password) return json(403, { errcode: "M_FORBIDDEN" });
			const { userId: user_id, deviceId: device_id, accessToken: access_token } = server.signIn();
			return json(200, { user_id, device_id, access_token });
		});
		const machine = createMachine();
		return {
			...{ server, between, machine },
			async [Symbol.asyncDispose]() {
				machine[Symbol.dispose]();
				await between[Symbol.asyncDispose]();
				await server[Symbol.asyncDispose]();
			},
		};
	}

	test("one is asked for, and kept nowhere", slow, async () => {
		await using world = await open();
		const { machine, between } = world;
		const noName = await machine.run(["login", between.url], `${password}\n`);
		assert.deepEqual([noName.exit, /xsign login --password @you/.test(noName.complaint)], [2, true]);
		const wrong = await machine.run(
			["login", "--password", between.url, "--user", "@alice:localhost"],
			"guess\n",
		);
		assert.deepEqual([wrong.exit, readdirSync(machine.folder)], [1, []]);
		const login = await machine.run(
			["login", "--password", between.url, "--user", "@alice:localhost"],
			`${password}\n`,
		);
		assert.equal(login.exit, 0, login.complaint);
		assert.match(login.out, /Signed in as @alice:localhost/);
		assert.doesNotMatch(login.out + login.complaint, /battery/);
		using other = createMachine();
		const browser = await other.run(["login", "--browser", between.url]);
		assert.equal(browser.exit, 5);
	});

	test("a reset that is asked for one and gets none changes nothing, and can be resumed", slow, async () => {
		await using world = await open();
		const { server, machine } = world;
		await machine.run(["login", "--token", server.url], server.signIn().accessToken);
		await machine.run(["setup", "--no-recovery-key"]);
		const { fingerprint } = await statusOf(machine);
		const none = await machine.run(["reset", "--replace", fingerprint, "--no-recovery-key"]);
		assert.deepEqual([none.exit, /Nothing was changed/.test(none.complaint)], [2, true]);
		const { underWay, ...status } = await statusOf(machine);
		assert.equal(status.fingerprint, fingerprint);
		const wrong = await machine.run(["resume"], "guess\n");
		assert.notEqual(wrong.exit, 0);
		assert.equal((await statusOf(machine)).underWay, underWay);
		const done = await machine.run(["resume", "--json"], `${password}\n`);
		assert.deepEqual([done.exit, done.lines().at(-1).fingerprint], [0, underWay]);
	});
});
