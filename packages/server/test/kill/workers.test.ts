/**
 * Workers of one server are killed at random moments while people and apps use it, and now and then the process that
 * started them. Whatever was acknowledged is there; while one worker is gone the others answer.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { discoverAuthMetadata } from "@countersign/client";
import { createFormBrowser } from "../support/form-browser.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { loginDevice, password } from "../support/server.ts";
import { isAlive, startWorkers, type Workers } from "../support/workers.ts";
import { publishingKeys, refreshing, signingIn } from "./devices.ts";
import { isGone, type Line } from "./line.ts";
import { registeringApps } from "./registrations.ts";
import { resetting } from "./resets.ts";

const kills = Number(process.env.COUNTERSIGN_WORKER_KILLS ?? 4);
const atMostMs = 250;
const registeredInAMinute = 600;

test(`${kills} kills of workers under load lose nothing that was acknowledged`, {
	skip: skipWithoutPostgres,
}, async (t) => {
	const cluster = await startCluster();
	t.after(() => cluster.stop());
	const directory = await mkdtemp(join(tmpdir(), "countersign-kill-"));
	t.after(() => rm(directory, { recursive: true }));
	const { url: DATABASE } = await createDatabase(cluster.url("postgres"));
	// Attempts are counted in the database, however often a worker begins anew.
	const settings = {
		...{ DATA: directory, DATABASE, PORT: String(await lastingPort()) },
		LIMITS_APPS_REGISTERED: String(registeredInAMinute),
	};
	let server = await startWorkers(settings);
	t.after(() => server[Symbol.asyncDispose]());
	const lines = await openLines(server.url);
	for (let killed = 0; killed < kills; killed++) {
		if (t.signal.aborted) return;
		// Each fourth time all of it.
		if (killed % 4 < 3) await useWhileOneDies(server, lines, 1 + (killed % 2));
		else {
			await useUntil(lines, async (progress) => {
				await progress();
				await killAll(server);
			});
			server = await startWorkers(settings);
		}
		await Promise.all(lines.map((line) => line.verify(false)));
	}
	await Promise.all(lines.map((line) => line.verify(true)));
	for (const line of lines) t.diagnostic(`${line.name}: ${line.count()}`);
});

async function openLines(url: string): Promise<readonly Line[]> {
	const metadata = await discoverAuthMetadata(url);
	const person = async (localpart: string) => {
		const browser = createFormBrowser(url);
		const form = await browser.open("/register");
		await browser.press(form, "Create account", { username: localpart, password });
		return { browser, device: await loginDevice(url, { localpart, browser }) };
	};
	const alice = await person("alice");
	return [
		registeringApps(metadata, 1.5 * (60_000 / registeredInAMinute)),
		signingIn(metadata, "alice", alice.browser),
		refreshing(metadata, alice.device),
		refreshing(metadata, (await person("bob")).device),
		publishingKeys(metadata, await person("dora")),
		resetting(metadata, await person("erin")),
	];
}

/** Kills one worker, and has everybody get something done after it. */
async function useWhileOneDies(server: Workers, lines: readonly Line[], worker: number): Promise<void> {
	await useUntil(lines, async (progress) => {
		await progress();
		await server.replaced(worker);
		await progress();
	});
}

async function killAll(server: Workers): Promise<void> {
	const pids = [1, 2].map(server.pidOf);
	server.signal("SIGKILL");
	assert.equal((await server.ended).signal, "SIGKILL", "it was alive until it was killed");
	// They end by themselves; a moment longer than the first they may still write what they were asked.
	while (pids.some(isAlive)) await new Promise(setImmediate);
}

/** Everybody uses the server until this is done; `progress` waits until one of them, chosen anew, has got something done. */
async function useUntil(
	lines: readonly Line[],
	act: (progress: () => Promise<void>) => Promise<void>,
): Promise<void> {
	let isOver = false;
	const use = async (line: Line) => {
		while (!isOver) {
			try {
				await line.step();
			} catch (error) {
				if (!isGone(error)) throw error;
			}
		}
	};
	const progress = async () => {
		const before = lines.map((line) => line.count());
		while (lines.every((line, at) => line.count() === before[at]))
			await new Promise((resolve) => setTimeout(resolve, 1));
		await new Promise((resolve) => setTimeout(resolve, Math.random() * atMostMs));
	};
	const acting = act(progress).finally(() => {
		isOver = true;
	});
	await Promise.all([acting, ...lines.map(use)]);
}
