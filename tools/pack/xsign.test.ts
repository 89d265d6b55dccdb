/** The command as other people install it, by what `docs/bots.md` tells them to type, on the Node they have. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { jsSdk } from "../../packages/server/test/support/js-sdk-library.ts";
import { readIdentity } from "../../packages/server/test/support/published-identity.ts";
import { type LoggedInDevice, startServer } from "../../packages/server/test/support/server.ts";
import { openWasmApp } from "../../packages/server/test/support/wasm-app.ts";
import { openPasswordServer } from "../../packages/xsign/test/support/password-server.ts";
import { readDeeds } from "../walked-document/index.ts";
import { type BotsWorld, doDeed, installedIn, layOut } from "./bots-page.ts";
import { runtimes } from "./consumer.ts";
import { createReader } from "./reader.ts";
import { startRegistry } from "./registry.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/bots.md"), "utf8");
const [packing, ...deeds] = readDeeds(page);

describe("the command, installed as the page for bots says,", { skip: jsSdk.skip }, () => {
	const rest = new AsyncDisposableStack();
	after(() => rest.disposeAsync());
	let world: BotsWorld;
	/** Of the bot whose library knows nothing of identities. */
	let ofBot: LoggedInDevice;

	before(async () => {
		const downloads = mkdtempSync(join(tmpdir(), "countersign-registry-"));
		rest.defer(() => rmSync(downloads, { recursive: true }));
		const needed = ["@matrix-org/matrix-sdk-crypto-wasm", "fake-indexeddb"];
		const registry = rest.use(await startRegistry(needed, downloads));
		const reader = rest.use(createReader(registry.url));
		const server = rest.use(await startServer());
		const other = rest.use(await openPasswordServer());
		const browser = await server.register("weather");
		ofBot = await server.loginDevice({ localpart: "weather", browser, deviceId: "NIOBOTDEVICE" });
		const trusted = async () => {
			const { signedDevices } = await readIdentity(server.url, ofBot).catch(() => ({ signedDevices: [] }));
			return signedDevices;
		};
		world = { reader, server, other, browser, trusted };
		// The operator's commands find the server by its data.
		reader.set("COUNTERSIGN_DATA", server.dataDirectory);
		assert.ok(packing);
		await doDeed(world, packing);
	});

	test("is JavaScript, and brings the client along", () => {
		const { folder } = installedIn(world.reader);
		const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
		assert.deepEqual(manifest.bin, { xsign: "dist/main.js" });
		assert.equal("private" in manifest, false);
		assert.deepEqual(globSync("**/*.ts", { cwd: join(folder, "dist") }), []);
		assert.ok(globSync("node_modules/@countersign/client/dist/index.js", { cwd: folder }).length === 1);
		assert.deepEqual(
			readFileSync(join(folder, "README.md"), "utf8").match(/\]\((?!https?:|#)[^)]*\)/g) ?? [],
			[],
		);
	});

	// The page is walked on the Node of the tests.
	for (const { path, version } of runtimes().slice(1)) {
		test(`signs in and sets an identity up, on Node ${version}`, async () => {
			const { reader, server } = world;
			const call = async (words: readonly string[], input = "") => {
				const child = spawn(path, [installedIn(reader).program, ...words], {
					cwd: reader.home,
					env: { ...reader.environment(), XSIGN_STATE: join(reader.home, version) },
				});
				child.stdin.end(input);
				const [out, complaint, [exit]] = await Promise.all([
					text(child.stdout),
					text(child.stderr),
					once(child, "close"),
				]);
				return { exit, out, complaint };
			};
			assert.match((await call(["--version"])).out, /^xsign \d+\.\d+\.\d+\n$/);
			await server.register("alice");
			const { accessToken } = await server.loginDevice({ localpart: "alice" });
			const login = await call(["login", "--token", server.url], `${accessToken}\n`);
			assert.equal(login.exit, 0, login.complaint);
			const setup = await call(["setup", "--save-recovery-key", join(reader.home, `key-${version}`)]);
			assert.equal(setup.exit, 0, setup.complaint);
			const status = await call(["status", "--json"]);
			assert.equal(JSON.parse(status.out).status.advice, "nothing", status.complaint);
			assert.equal(status.complaint, "", "no warnings");
		});
	}

	test("makes a bot a verified one, word by word", async (t) => {
		const { server, browser } = world;
		const login = (deviceId: string) => server.loginDevice({ localpart: "weather", browser, deviceId });
		using bot = await openWasmApp(server.url, ofBot);
		layOut(world, {
			...{ bot, notifier: await login("NOTIFIERDEVICE"), newMachine: await login("NEWMACHINEDEV") },
		});
		/** Who is vouched for at the end of a section. */
		const trusted: Record<string, readonly string[]> = {};
		for (const deed of deeds) {
			const name = `${deed.under}: ${deed.do === "type" ? deed.lines.trim().split("\n").at(-1) : deed.file}`;
			await t.test(name, () => doDeed(world, deed));
			trusted[deed.under] = (await world.trusted()).map((id) => (id.length === 16 ? "xsign" : id)).sort();
		}
		const bots = ["NIOBOTDEVICE", "WEATHERBOT"];
		assert.deepEqual(trusted, {
			"2. Sign in": [],
			"3. Give it an identity": ["xsign"],
			"4. Vouch for the device the bot writes with": [...bots, "xsign"],
			"5. Look": [...bots, "xsign"],
			"Where there is no browser, or nothing but passwords": [
				"NIOBOTDEVICE",
				"NOTIFIERDEVICE",
				"WEATHERBOT",
				"xsign",
			],
			"When everything is lost": ["NEWMACHINEDEV"],
		});
	});
});
