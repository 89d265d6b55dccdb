import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { allowDevice } from "../../server/test/support/device-grant.ts";
import { approve, startServer } from "../../server/test/support/server.ts";
import { createMachine } from "./support/xsign.ts";

test("from nothing to an identity, and to another one after an approval", { timeout: 60_000 }, async () => {
	await using server = await startServer();
	const browser = await server.register("alice");
	using machine = createMachine();

	const login = machine.start(["login", server.url]);
	const [, code = ""] = await login.says(/enter (\S+)/);
	await allowDevice(browser, code);
	const signedIn = await login.ended;
	assert.equal(signedIn.exit, 0, signedIn.out + signedIn.complaint);
	assert.match(signedIn.out, /Signed in as @alice:localhost, device \S+\./);

	const setup = await machine.run(["setup", "--save-recovery-key", machine.path("key")]);
	assert.equal(setup.exit, 0, setup.out + setup.complaint);
	assert.equal(statSync(machine.path("key")).mode & 0o777, 0o600);

	const status = await machine.run(["status", "--json"]);
	const [{ status: told }] = status.lines();
	assert.deepEqual([told.advice, told.held, told.deviceTrusted], ["nothing", true, true]);

	const refused = await machine.run(["reset", "--save-recovery-key", machine.path("key2")]);
	assert.equal(refused.exit, 2);
	const [, typed = ""] = refused.complaint.match(/--replace '(.*)'/) ?? [];
	assert.equal(typed, told.fingerprint);

	const reset = machine.start(["reset", "--replace", typed, "--save-recovery-key", machine.path("key2")]);
	const [page = ""] = await reset.says(/http\S+/);
	await approve(server.browser(), page, "alice");
	const done = await reset.ended;
	assert.equal(done.exit, 0, done.out + done.complaint);
	assert.notEqual(readFileSync(machine.path("key2"), "utf8"), readFileSync(machine.path("key"), "utf8"));
	const [{ status: after }] = (await machine.run(["status", "--json"])).lines();
	assert.notEqual(after.fingerprint, told.fingerprint);
	assert.equal(after.advice, "nothing");
});
