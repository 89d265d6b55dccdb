/** Who may administer a real Synapse, asked at Synapse itself: no proxy lets its administration out. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { run } from "../../src/cli/index.ts";
import { openGuardWorld, secret } from "../support/guard-world.ts";
import { needsSynapse } from "../support/synapse.ts";

describe("the administration of a real Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const { server, synapse } = world;

	/** A command beside the running server, with its settings. */
	async function type(line: string) {
		let [out, err] = ["", ""];
		const code = await run(line.split(" "), {
			environment: {
				COUNTERSIGN_DATA: server.dataDirectory,
				COUNTERSIGN_PUBLIC_BASE: server.url,
				COUNTERSIGN_SERVER_NAME: "localhost",
				COUNTERSIGN_HOMESERVER_SYNAPSE: synapse.base,
				COUNTERSIGN_HOMESERVER_SECRET: secret,
				COUNTERSIGN_HOMESERVER_PUBLIC_BASE: synapse.base,
			},
			out: (text) => {
				out += text;
			},
			complain: (headline, details = []) => {
				err += [headline, ...details].join("\n");
			},
			readSecret: async () => "",
		});
		return { code, out, err };
	}
	const issue = async (deviceId: string) => {
		const said = await type(
			`tokens issue --user alice --device ${deviceId} --name console --scope urn:synapse:admin:* --json`,
		);
		return said.code === 0 ? String(JSON.parse(said.out).token) : undefined;
	};
	/** Beside an authentication service Synapse refuses to list guests, and does so unless told not to. */
	const listUsers = (token: string) =>
		fetch(new URL("_synapse/admin/v2/users?guests=false", synapse.base), {
			headers: { authorization: `Bearer ${token}` },
		});

	test("is open to an administrator's token, and to nobody who is none, from the moment they are none", async () => {
		assert.equal((await listUsers(world.phone.accessToken)).status, 403, "an ordinary person's app");
		assert.equal(await issue("TOOEARLYCONSOLE"), undefined);
		assert.deepEqual((await type("users promote alice")).err, "");
		assert.equal((await listUsers(world.phone.accessToken)).status, 403, "the app was granted nothing more");
		const token = await issue("ADMINCONSOLE");
		assert.ok(token !== undefined);
		const listed = await listUsers(token);
		assert.equal(listed.status, 200);
		assert.match(await listed.text(), /@alice:localhost/);
		const demoted = await type("users demote alice");
		assert.deepEqual([demoted.code, demoted.err], [0, ""]);
		// Synapse has just seen this token, and remembers for two minutes that it was good: only its device is gone.
		assert.equal((await listUsers(token)).status, 401);
		assert.deepEqual((await type("users promote alice")).err, "");
		assert.equal((await listUsers(token)).status, 401, "what ended stays ended");
		await type("users demote alice");
	});
});
