/**
 * The server is killed at random moments while people and apps use it, and started again on the same data. Whatever
 * it acknowledged before is there: nothing acknowledged sits in memory alone. A kill leaves what the operating system
 * holds; that a commit outlives the power as well rests on `synchronous=FULL`.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { discoverAuthMetadata } from "@countersign/client";
import { type ChildServer, startChild } from "../support/child-server.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { loginDevice, password } from "../support/server.ts";
import { publishingKeys, refreshing, signingIn } from "./devices.ts";
import { isGone, type Line, type SignedIn } from "./line.ts";
import { registeringApps, registeringPeople } from "./registrations.ts";
import { resetting } from "./resets.ts";

const kills = Number(process.env.COUNTERSIGN_KILLS ?? 25);
const atMostMs = 250;

test(`${kills} kills under load lose nothing that was acknowledged`, async (t) => {
	const directory = await mkdtemp(join(tmpdir(), "countersign-kill-"));
	const settings = { DATA: directory, PORT: String(await lastingPort()) };
	let server = await startChild(settings);
	t.after(async () => {
		await server[Symbol.asyncDispose]();
		await rm(directory, { recursive: true });
	});
	const lines = await openLines(server.url);
	for (let killed = 0; killed < kills; killed++) {
		await useAndKill(server, lines, killed % lines.length);
		server = await startChild(settings);
		// Given up for want of time: what was started since would keep the run from its end.
		if (t.signal.aborted) return server[Symbol.asyncDispose]();
		await Promise.all(lines.map((line) => line.verify(false)));
	}
	await Promise.all(lines.map((line) => line.verify(true)));
	for (const line of lines) {
		t.diagnostic(`${line.name}: ${line.count()}`);
		assert.ok(
			line.count() >= kills / 25,
			`${line.name}: only ${line.count()} acknowledged, so little was tried`,
		);
	}
});

/** Everybody who uses the server, with what they need to begin. */
async function openLines(url: string): Promise<readonly Line[]> {
	const metadata = await discoverAuthMetadata(url);
	const person = async (localpart: string): Promise<SignedIn> => {
		const browser = createFormBrowser(url);
		const form = await browser.open("/register");
		await browser.press(form, "Create account", { username: localpart, password });
		return { browser, device: await loginDevice(url, { localpart, browser }) };
	};
	const alice = await person("alice");
	return [
		registeringApps(metadata),
		registeringPeople(metadata),
		signingIn(metadata, "alice", alice.browser),
		refreshing(metadata, alice.device),
		refreshing(metadata, (await person("bob")).device),
		refreshing(metadata, (await person("carol")).device),
		publishingKeys(metadata, await person("dora")),
		resetting(metadata, await person("erin")),
		resetting(metadata, await person("fred")),
	];
}

/**
 * Everybody uses the server at once, until it is killed: at a random moment after one of them, another one in each
 * life, has got something done. So each gets somewhere, on a slow machine too.
 */
async function useAndKill(server: ChildServer, lines: readonly Line[], awaited: number): Promise<void> {
	let dead = false;
	const progress = Promise.withResolvers<void>();
	const use = async (line: Line, at: number) => {
		while (!dead) {
			try {
				await line.step();
				if (at === awaited) progress.resolve();
			} catch (error) {
				if (!(dead && isGone(error))) throw error;
			}
		}
	};
	const kill = async () => {
		await progress.promise;
		await new Promise((resolve) => setTimeout(resolve, Math.random() * atMostMs));
		dead = true;
		server.signal("SIGKILL");
		assert.equal((await server.ended).signal, "SIGKILL", "it was alive until it was killed");
	};
	await Promise.all([kill(), ...lines.map(use)]);
}
