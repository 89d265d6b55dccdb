/** What an app removes on the way to a reset, where the server is killed at any request of it: all of it is back, or the reset has happened. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { discoverAuthMetadata } from "@countersign/client";
import { type ChildServer, startChild } from "../support/child-server.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { loginDevice, password } from "../support/server.ts";
import { tableRows } from "../support/storage.ts";
import { undoData } from "./undo-data.ts";
import { killOnTheWay } from "./undo-kills.ts";

const kills = Number(process.env.COUNTERSIGN_UNDO_KILLS ?? 4);

test(`${kills} kills on the way to a reset leave nothing half done`, async (t) => {
	const directory = await mkdtemp(join(tmpdir(), "countersign-undo-kill-"));
	const settings = { DATA: directory, PORT: String(await lastingPort()), LOG_LEVEL: "error" };
	let server: ChildServer = await startChild(settings);
	t.after(async () => {
		await server[Symbol.asyncDispose]();
		await rm(directory, { recursive: true });
	});
	const { url } = server;
	const data = { dataDirectory: directory, database: undefined };
	const { accountIdOf, kept, pass } = undoData(data);
	await killOnTheWay(
		t,
		{
			...{ kept, pass, homeserver: url, metadata: await discoverAuthMetadata(url) },
			async hasKeys({ localpart }, version) {
				const accountId = await accountIdOf(localpart);
				const isIt = (row: Readonly<Record<string, unknown>>) =>
					row.account_id === accountId && row.version === version;
				return (await tableRows(data, "backed_up_keys")).some(isIt);
			},
			async people(localpart) {
				const browser = createFormBrowser(url);
				const filled = { username: localpart, password };
				await browser.press(await browser.open("/register"), "Create account", filled);
				const signIn = () => loginDevice(url, { localpart, browser });
				return { localpart, browser, phone: await signIn(), laptop: await signIn() };
			},
			async kill() {
				server.signal("SIGKILL");
				await server.ended;
			},
			async start() {
				server = await startChild(settings);
			},
		},
		kills,
	);
});
