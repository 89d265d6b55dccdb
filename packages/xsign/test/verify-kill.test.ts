/** `xsign verify`, killed at each of its steps, with matrix-js-sdk at the other device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsSdk } from "../../server/test/support/js-sdk-library.ts";
import { readIdentity } from "../../server/test/support/published-identity.ts";
import { answerVerification } from "../../server/test/support/sas.ts";
import { openVerifyWorld } from "./support/verify-world.ts";

const steps = ["await-other-device", "agree-on-emoji", "await-same-answer", "take-over"];

test("killed at any step, it verifies when it is run again", { skip: jsSdk.skip }, async () => {
	await using world = await openVerifyWorld();
	const { server, phone, machine, deviceId } = world;

	/** Runs it, the person agreeing on both sides, to its end or to where it is killed. */
	const runOnce = async (killAt?: string) => {
		const answered = answerVerification(phone, ({ confirm }) => confirm());
		// Where it is killed the phone waits in vain.
		answered.catch(() => {});
		const program = machine.start(["verify", "--json"]);
		const nothing = () => {};
		void program.says(/"event":"emoji"/).then(() => program.type("y\n"), nothing);
		if (killAt !== undefined)
			void program.says(new RegExp(`"step":"${killAt}"`)).then(() => program.signal("SIGKILL"), nothing);
		return program.ended;
	};
	/** Devices have no two verifications at once: the phone ends the one of a program that was killed with the next. */
	const run = async (killAt?: string) => {
		const first = await runOnce(killAt);
		if (first.exit !== 3) return first;
		assert.equal(first.lines().at(-1).code, "verification-cancelled");
		return runOnce(killAt);
	};

	for (const step of steps) assert.equal((await run(step)).exit, "SIGKILL", step);
	const { exit, out } = await run();
	assert.equal(exit, 0, out);
	const { devices, signedDevices } = await readIdentity(server.url, phone.device);
	assert.deepEqual([...signedDevices].sort(), [phone.device.deviceId, deviceId].sort());
	assert.deepEqual([...devices].sort(), [...signedDevices].sort());
	const [{ status }] = (await machine.run(["status", "--json"])).lines();
	assert.deepEqual([status.advice, status.held, status.deviceTrusted], ["nothing", true, true]);
});
