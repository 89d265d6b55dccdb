import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { keyFingerprint } from "@countersign/client";
import { type Fate, type Passing, startBetween } from "../../server/test/support/between.ts";
import { readIdentity } from "../../server/test/support/published-identity.ts";
import { approve } from "../../server/test/support/server.ts";
import { until } from "../../server/test/support/until.ts";
import { openWasmApp } from "../../server/test/support/wasm-app.ts";
import { openWorld, setUpIdentity, signInByCode } from "./support/world.ts";

const steps = [
	...["upload", "import", "sign-device", "save-recovery-key"],
	...["store-recovery", "create-backup", "use-backup"],
];

/** Requests after which the homeserver has something that the program does not know of. */
const answers: Readonly<Record<string, RegExp>> = {
	"the challenge": /device_signing\/upload/,
	"the device's signature": /signatures\/upload/,
	"the new default key": /default_key/,
	"the new backup": /room_keys\/version$/,
};

describe("a reset that is killed, and resumed", () => {
	test("at any step ends with the same keys, and with one approval", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		await using between = await startBetween(() => server.url);
		// It may take longer than a token lasts.
		const deviceId = await signInByCode(world, between.url);
		const { browser } = world;
		const look = async () => {
			const { accessToken } = await server.loginDevice({
				localpart: "alice",
				browser,
				deviceId: "ONLOOKERDEV",
			});
			return readIdentity(server.url, { userId: "@alice:localhost", accessToken });
		};
		let fingerprint = await setUpIdentity(machine);

		/** Runs it as far as it gets, approving what has not been approved; kills it where the step begins. */
		const run = async (words: readonly string[], approved: Set<string>, killAt?: string) => {
			const program = machine.start([...words, "--json", "--show-url"]);
			if (killAt !== undefined)
				void program.says(new RegExp(`"step":"${killAt}"`)).then(
					() => program.signal("SIGKILL"),
					() => {},
				);
			const asked = await program.says(/"url":"([^"]+)","fingerprint":"([^"]+)"/).catch(() => undefined);
			const [, url = "", shown = ""] = asked ?? [];
			if (url !== "" && !approved.has(url)) {
				approved.add(url);
				await approve(server.browser(), url, "alice");
			}
			return { ...(await program.ended), shown };
		};

		const points = [
			...steps.map((step) => ({ step })),
			...Object.keys(answers).map((answer) => ({ answer })),
		];
		for (const [at, point] of points.entries()) {
			const name = JSON.stringify(point);
			const approved = new Set<string>();
			const key = machine.path(`key-${at}`);
			const words = ["reset", "--replace", fingerprint, "--save-recovery-key", key];
			const before = between.seen.length;
			const killed = "step" in point ? await run(words, approved, point.step) : await killAfter(point.answer);
			async function killAfter(answer: string) {
				const program = machine.start([...words, "--json", "--show-url"]);
				between.afterNext(
					({ method, path }) => method !== "GET" && answers[answer]?.test(path) === true,
					async () => {
						program.signal("SIGKILL");
						await program.ended;
					},
				);
				const asked = await program.says(/"url":"([^"]+)","fingerprint":"([^"]+)"/).catch(() => undefined);
				const [, url = "", shown = ""] = asked ?? [];
				if (url !== "") {
					approved.add(url);
					await approve(server.browser(), url, "alice");
				}
				return { ...(await program.ended), shown };
			}
			assert.equal(killed.exit, "SIGKILL", name);
			const resumed = await run(["resume"], approved);
			assert.equal(resumed.exit, 0, `${name}: ${resumed.out}${resumed.complaint}`);
			const { masterKey, signedDevices } = await look();
			const uploads = between.seen.slice(before).filter(({ path }) => path.endsWith("device_signing/upload"));
			const keys = new Set(uploads.map(({ body }) => JSON.stringify(JSON.parse(body).master_key)));
			assert.deepEqual([keys.size, approved.size], [1, 1], name);
			assert.ok(killed.shown === "" || killed.shown === keyFingerprint(masterKey), name);
			assert.deepEqual(signedDevices, [deviceId], name);
			assert.match(readFileSync(key, "utf8"), /^Es/, name);
			fingerprint = keyFingerprint(masterKey);
		}
	});
});

describe("one-time keys", () => {
	for (const fate of ["cut-before", "cut-after"] as const satisfies readonly Fate[]) {
		test(`are on the disk before they are published: killed there (${fate}), it publishes the same`, async () => {
			await using world = await openWorld();
			const { server, machine } = world;
			await using between = await startBetween(() => server.url);
			const device = await server.loginDevice({ localpart: "alice" });
			const isUpload = ({ path }: Passing) => path.endsWith("/keys/upload");
			/** Runs until it is killed around its upload. */
			const killedAtUpload = async (words: readonly string[], input?: string) => {
				const program = machine.start(words, input);
				const kill = async () => {
					program.signal("SIGKILL");
					await program.ended;
				};
				between.decide(async (passing) => {
					if (!isUpload(passing)) return "pass";
					between.decide(() => "pass");
					if (fate === "cut-before") await kill();
					return fate;
				});
				if (fate === "cut-after") between.afterNext(isUpload, kill);
				assert.equal((await program.ended).exit, "SIGKILL");
			};
			await killedAtUpload(["login", "--token", between.url], `${device.accessToken}\n`);
			const again = await machine.run(["setup", "--no-recovery-key"]);
			assert.equal(again.exit, 0, again.out + again.complaint);
			const [first, second] = between.seen.filter(isUpload).map(({ body }) => JSON.parse(body));
			assert.ok(Object.keys(first.one_time_keys).length > 10);
			assert.deepEqual(second, first);

			// Later ones too: others have used one, and a command that syncs makes another.
			const phone = await server.loginDevice({ localpart: "alice", browser: world.browser });
			using _app = await openWasmApp(server.url, phone);
			const wanted = { [device.userId]: { [device.deviceId]: "signed_curve25519" } };
			await server.call(phone, "POST", "keys/claim", { one_time_keys: wanted });
			const before = between.seen.length;
			await killedAtUpload(["verify", "--answer"]);
			const next = machine.start(["verify", "--answer"]);
			await until(() => between.seen.slice(before).filter(isUpload).length === 2);
			next.signal("SIGINT");
			assert.equal((await next.ended).exit, 130);
			const [killed, sent] = between.seen
				.slice(before)
				.filter(isUpload)
				.map(({ body }) => JSON.parse(body));
			assert.equal(Object.keys(killed.one_time_keys).length, 1);
			assert.deepEqual(sent, killed);
		});
	}
});
