/** The command as other people install it: in an empty folder outside this tree, on the Node they have. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { type RunningServer, startServer } from "../../packages/server/test/support/server.ts";
import { runtimes } from "./consumer.ts";
import { run } from "./run.ts";
import { packXsign } from "./xsign.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-xsign-consumer-"));
after(() => rmSync(folder, { recursive: true }));
const installed = join(folder, "node_modules/@countersign/xsign");

/** What a registry would give is packed from what is installed here, so that nothing is fetched. */
function install(): void {
	const downloads = join(folder, "downloads");
	mkdirSync(downloads);
	const others = ["@matrix-org/matrix-sdk-crypto-wasm", "fake-indexeddb"].map((name) => {
		const from = join(import.meta.dirname, "../../node_modules", name);
		const told = run("npm", ["pack", from, "--pack-destination", downloads, "--silent", "--ignore-scripts"]);
		return join(downloads, told.trim());
	});
	writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true }));
	const tarballs = [packXsign(downloads), ...others];
	run("npm", [
		"install",
		"--prefix",
		folder,
		...tarballs,
		"--offline",
		"--no-audit",
		"--no-fund",
		"--silent",
	]);
}

async function call(node: string, words: readonly string[], { input = "", state = "" } = {}) {
	const child = spawn(node, [join(folder, "node_modules/.bin/xsign"), ...words], {
		cwd: folder,
		env: { PATH: process.env.PATH, HOME: folder, XSIGN_STATE: join(folder, state) },
	});
	child.stdin.end(input);
	const [out, complaint, [exit]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, "close"),
	]);
	return { exit, out, complaint };
}

describe("the packed command", () => {
	let server: RunningServer;
	before(async () => {
		install();
		server = await startServer();
		await server.register("alice");
	});
	after(() => server.close());

	test("is JavaScript, and brings the client along", () => {
		const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
		assert.deepEqual(manifest.bin, { xsign: "dist/main.js" });
		assert.equal("private" in manifest, false);
		assert.deepEqual(globSync("**/*.ts", { cwd: join(installed, "dist") }), []);
		assert.ok(globSync("node_modules/@countersign/client/dist/index.js", { cwd: installed }).length === 1);
		assert.deepEqual(
			readFileSync(join(installed, "README.md"), "utf8").match(/\]\((?!https?:|#)[^)]*\)/g) ?? [],
			[],
		);
	});

	for (const { path, version } of runtimes()) {
		test(`signs in and sets an identity up, on Node ${version}`, { timeout: 120_000 }, async () => {
			const state = `state-${version}`;
			assert.match((await call(path, ["--version"])).out, /^xsign \d+\.\d+\.\d+\n$/);
			assert.match((await call(path, ["help"])).out, /xsign login/);
			// Each Node has a person of its own: an identity is made once.
			const localpart = `person${version.replaceAll(/\D/g, "")}`;
			await server.register(localpart);
			const { accessToken } = await server.loginDevice({ localpart });
			const login = await call(path, ["login", "--token", server.url], { input: `${accessToken}\n`, state });
			assert.equal(login.exit, 0, login.complaint);
			const key = join(folder, `key-${version}`);
			const setup = await call(path, ["setup", "--save-recovery-key", key], { state });
			assert.equal(setup.exit, 0, setup.complaint);
			const status = await call(path, ["status", "--json"], { state });
			assert.equal(JSON.parse(status.out).status.advice, "nothing", status.complaint);
			assert.equal(status.complaint, "", "no warnings");
		});
	}
});
