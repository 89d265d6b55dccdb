/** The command on a real Synapse: behind the guard, where one upload is let through, and alone, with its window. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lastingPort } from "../../server/test/support/lasting-port.ts";
import { readIdentity } from "../../server/test/support/published-identity.ts";
import {
	approve,
	call,
	fillSignIn,
	type LoggedInDevice,
	password,
	startServer,
} from "../../server/test/support/server.ts";
import { needsSynapse, startSynapse } from "../../server/test/support/synapse.ts";
import { needsSynapseBehind, openSynapseWorld } from "../../server/test/support/synapse-world.ts";
import { setUpIdentity, statusOf } from "./support/world.ts";
import { createMachine, type Machine } from "./support/xsign.ts";

const timeout = 300_000;

interface Homeserver {
	readonly base: string;
	readonly device: LoggedInDevice;
	/** Agrees, as the person does at this page. */
	agree(url: string): Promise<unknown>;
}

/** Signs in, sets an identity up and replaces it. */
async function assertReplaces(machine: Machine, { base, device, agree }: Homeserver): Promise<void> {
	const login = await machine.run(["login", "--token", base], `${device.accessToken}\n`);
	assert.equal(login.exit, 0, login.out + login.complaint);
	const fingerprint = await setUpIdentity(machine);
	const first = await readIdentity(base, device);
	const { accessToken } = device;
	const backup = await call(base, accessToken, { method: "GET", path: "room_keys/version" });

	const words = ["--replace", fingerprint, "--save-recovery-key", machine.path("key2")];
	const reset = machine.start(["reset", ...words]);
	const [page = ""] = await reset.says(/http\S+/);
	assert.equal((await readIdentity(base, device)).masterKey, first.masterKey, "nothing is changed before");
	await agree(page);
	const done = await reset.ended;
	assert.equal(done.exit, 0, done.out + done.complaint);

	const published = await readIdentity(base, device);
	assert.notEqual(published.masterKey, first.masterKey);
	assert.deepEqual(published.signedDevices, [device.deviceId]);
	const { advice, backup: now } = await statusOf(machine);
	assert.deepEqual([advice, now.inUse], ["nothing", true]);
	const path = `room_keys/version/${backup.body.version}`;
	assert.equal((await call(base, accessToken, { method: "GET", path })).status, 200, "the old backup stays");
}

test("on Synapse behind the guard the command replaces an identity, and leaves it where somebody refuses", {
	skip: needsSynapseBehind("nginx").skip,
	timeout,
}, async () => {
	await using world = await openSynapseWorld();
	using machine = createMachine();
	const { homeserver: base } = world;
	const browser = await world.register("alice");
	const device = await world.loginDevice({ localpart: "alice", browser });
	await assertReplaces(machine, { base, device, agree: (url) => approve(world.browser(), url, "alice") });

	const { masterKey } = await readIdentity(base, device);
	const { fingerprint } = await statusOf(machine);
	const refused = machine.start(["reset", "--replace", fingerprint, "--no-recovery-key"]);
	const [page = ""] = await refused.says(/http\S+/);
	await browser.press(await browser.open(page), "This was not me: refuse");
	const { exit, complaint } = await refused.ended;
	assert.deepEqual([exit, /nothing was changed/.test(complaint)], [3, true]);
	assert.equal((await readIdentity(base, device)).masterKey, masterKey);
	assert.equal((await statusOf(machine)).advice, "nothing");
});

test("on Synapse alone the command replaces an identity in the window that its person opens", {
	skip: needsSynapse.skip,
	timeout,
}, async () => {
	const secret = "a-secret-of-both";
	const port = await lastingPort();
	const base = `http://127.0.0.1:${port}/`;
	await using server = await startServer({
		homeserver: { synapse: base, secret, publicBase: base, guard: false },
	});
	await using synapse = await startSynapse({ masEndpoint: server.url, secret, port });
	using machine = createMachine();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser, homeserver: synapse.base });
	await assertReplaces(machine, {
		...{ base, device },
		async agree(url) {
			const own = server.browser();
			const page = await fillSignIn(own, await own.open(url), "alice");
			await own.press(page, "Allow it for ten minutes", { understood: "yes", password });
		},
	});
});
