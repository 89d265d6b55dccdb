/** The command on other people's kinds of servers, whose approvals are not like ours. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keyFingerprint } from "@countersign/protocol";
import { onlyKey, password, serverKinds, startServerOf } from "../../client/test/support/servers/index.ts";
import { createMachine } from "./support/xsign.ts";

// Most of it is waiting for the next look.
describe("a reset by the command", { concurrency: true }, () => {
	for (const kind of serverKinds)
		test(`completes on ${kind.name}`, async () => {
			await using server = await startServerOf(kind);
			using machine = createMachine();
			const { accessToken, deviceId } = server.signIn();
			const published = () => onlyKey(server.account.identity.get("master")) ?? "";

			const login = await machine.run(["login", "--token", server.url], `${accessToken}\n`);
			assert.equal(login.exit, 0, login.out + login.complaint);
			const setup = await machine.run(["setup", "--save-recovery-key", machine.path("key")]);
			assert.equal(setup.exit, 0, setup.out + setup.complaint);
			const before = published();

			const words = ["--replace", keyFingerprint(before), "--save-recovery-key", machine.path("key2")];
			const reset = machine.start(["reset", ...words], kind.by === "password" ? `${password}\n` : "");
			if (kind.by === "approval" || kind.by === "fallback page") {
				const [page = ""] = await reset.says(/http\S+/);
				await server.approve(page);
			}
			const done = await reset.ended;
			assert.equal(done.exit, 0, done.out + done.complaint);
			assert.notEqual(published(), before);
			assert.equal(server.account.backups.length, 2, "the old backup stays");
			const [{ status }] = (await machine.run(["status", "--json"])).lines();
			assert.deepEqual([status.advice, status.held, status.deviceTrusted], ["nothing", true, true]);
			assert.equal(status.fingerprint, keyFingerprint(published()));
			assert.ok(server.account.devices.has(deviceId));
		});
});
