/** `xsign verify`, as a process of its own, with matrix-js-sdk at the other device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsSdk } from "../../server/test/support/js-sdk-library.ts";
import { readIdentity } from "../../server/test/support/published-identity.ts";
import { answerVerification, askForVerification } from "../../server/test/support/sas.ts";
import { openWasmApp } from "../../server/test/support/wasm-app.ts";
import { openVerifyWorld } from "./support/verify-world.ts";
import { signInByCode } from "./support/world.ts";
import { createMachine } from "./support/xsign.ts";

const options = { skip: jsSdk.skip };

test(
	"emoji are shown and answered, and the device is vouched for and holds the identity",
	options,
	async () => {
		await using world = await openVerifyWorld();
		const { server, phone, machine, deviceId } = world;
		const there: string[] = [];
		const answered = answerVerification(phone, async ({ emoji, confirm }) => {
			there.push(...emoji);
			await confirm();
		});
		const run = machine.start(["verify"]);
		await run.says(/Compare with the other device:(\n.*){10}/);
		run.type("y\n");
		const ended = await run.ended;
		assert.equal(ended.exit, 0, ended.out + ended.complaint);
		assert.equal(await answered, "done");
		const here = [...ended.out.matchAll(/^ {2}\S+ {2}(\S.*)$/gm)].map(([, name = ""]) => name.toLowerCase());
		assert.deepEqual(
			here,
			there.map((name) => name.toLowerCase()),
		);
		const { signedDevices } = await readIdentity(server.url, phone.device);
		assert.ok(signedDevices.includes(deviceId));
		const [{ status }] = (await machine.run(["status", "--json"])).lines();
		assert.deepEqual([status.advice, status.held, status.deviceTrusted], ["nothing", true, true]);

		// Now it can vouch for others.
		const asBot = { localpart: "alice", browser: world.browser, deviceId: "NIOBOTDEVICE" };
		const bot = await server.loginDevice(asBot);
		using app = await openWasmApp(server.url, bot);
		const key = app.machine.identityKeys.ed25519.toBase64();
		const vouch = async (...words: readonly string[]) => {
			const { exit, lines } = await machine.run(["vouch", ...words, "--json"]);
			const { code, what } = lines().at(-1);
			return [exit, code ?? what];
		};
		const differs = await vouch(bot.deviceId, "--key", key.replaceAll(/\w/g, "A"));
		assert.deepEqual(differs, [1, "device-key-differs"]);
		assert.deepEqual(await vouch("NOBODY", "--key", key), [1, "device-unknown"]);
		assert.ok(!(await readIdentity(server.url, bot)).signedDevices.includes(bot.deviceId));
		assert.deepEqual(await vouch(bot.deviceId, "--key", key.replace(/.{4}/g, "$& ")), [0, "vouched"]);
		assert.ok((await readIdentity(server.url, bot)).signedDevices.includes(bot.deviceId));
	},
);

test("a program reads the emoji as an event, and its no leaves nothing trusted", options, async () => {
	await using world = await openVerifyWorld();
	const { server, phone, machine, deviceId } = world;
	const notHeld = await machine.run(["vouch", "NOBODY", "--key", "A", "--json"]);
	assert.deepEqual([notHeld.exit, notHeld.lines().at(-1).code], [2, "not-held"]);
	const asked = askForVerification(phone, deviceId, ({ confirm }) => confirm());
	const run = machine.start(["verify", "--answer", "--json"]);
	const [line] = await run.says(/.*"event":"emoji".*\n/);
	assert.equal(JSON.parse(line).emoji.length, 7);
	run.type("n\n");
	const ended = await run.ended;
	assert.deepEqual([ended.exit, ended.lines().at(-1).code], [3, "verification-mismatch"]);
	assert.equal(await asked, "m.mismatched_sas");
	const { signedDevices } = await readIdentity(server.url, phone.device);
	assert.deepEqual(signedDevices, [phone.device.deviceId]);
});

test("the other device gives up while the question stands: the command ends by itself", options, async () => {
	await using world = await openVerifyWorld();
	const { phone, machine } = world;
	const { userId } = phone.device;
	const answered = answerVerification(phone, async () => {
		await phone.crypto.getVerificationRequestsToDeviceInProgress(userId)[0]?.cancel();
	});
	const ended = await machine.start(["verify"]).ended;
	assert.deepEqual(
		[ended.exit, ended.complaint.split("\n")[0]],
		[3, "The other device gave up. Nothing was changed."],
	);
	assert.equal(await answered, "m.user");
});

test(
	"nobody answers in time; wrong calls, and accounts without an identity, are told what to do",
	options,
	async () => {
		await using world = await openVerifyWorld();
		const { server, machine } = world;
		const late = await machine.run(["verify", "--wait", "0.05", "--json"]);
		assert.deepEqual([late.exit, late.lines().at(-1).code], [4, "verification-timeout"]);
		assert.equal((await machine.run(["verify", "--wait", "x"])).exit, 2);
		using other = createMachine();
		const browser = await server.register("bob");
		await signInByCode({ browser, machine: other }, server.url);
		const none = await other.run(["verify"]);
		assert.deepEqual([none.exit, /xsign setup/.test(none.complaint)], [2, true]);
	},
);
