/** An account is closed at Synapse, past this server: by its admin API, or by a tool that uses it. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { openGuardWorld, secret } from "../support/guard-world.ts";
import { call } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";

describe("an account that was closed at a real Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const { server, synapse, alice, phone } = world;

	test("opens no device any more, and is closed here as soon as an app tries", async () => {
		const closed = await fetch(new URL("_synapse/mas/delete_user", synapse.base), {
			method: "POST",
			headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
			body: JSON.stringify({ localpart: "alice", erase: false }),
		});
		assert.equal(closed.status, 200);
		assert.equal((await alice.open("/account/")).status, 200, "nobody has told us");
		await assert.rejects(world.login("ANOTHERPHONE"), /the authorization server refused/);
		const [account] = await server.rows("accounts");
		assert.ok(account?.deactivated_at !== null);
		assert.equal((await alice.open("/account/")).url.pathname, "/login");
		const whoami = { method: "GET", path: "account/whoami" } as const;
		assert.equal((await call(synapse.base, phone.accessToken, whoami)).status, 401);
		const [event] = (await server.rows("security_events")).filter(
			({ kind }) => kind === "account-deactivated",
		);
		assert.deepEqual([event?.actor, event?.actor_detail], ["server", "homeserver"]);
		const tasks = await server.rows("homeserver_tasks");
		assert.ok(tasks.every((task) => task.refused_at === null));
	});
});
