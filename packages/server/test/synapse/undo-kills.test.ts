/** What an app removes on the way to a reset, where either server is killed at any request of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { discoverAuthMetadata } from "@countersign/client";
import { isGuardedPath } from "../../src/guard/index.ts";
import { undoData } from "../kill/undo-data.ts";
import { killOnTheWay } from "../kill/undo-kills.ts";
import { type Passing, startBetween } from "../support/between.ts";
import { openChildGuardWorld } from "../support/child-guard-world.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { loginDevice, password } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";

const kills = Number(process.env.COUNTERSIGN_UNDO_KILLS ?? 2);

test(
	`${kills} kills of either server on the way to a reset leave nothing half done`,
	needsSynapse,
	async (t) => {
		await using world = await openChildGuardWorld({ experimental_features: { msc3814_enabled: true } });
		const { own, synapse } = world;
		await using front = await startBetween((passing) => (isForGuard(passing) ? own : synapse.base));
		const { kept, pass } = undoData(world.place);
		/** Each dies at every other request, and at those in between the next time. */
		const isOurs = (turn: number) => turn % 4 < 2;
		await killOnTheWay(
			t,
			{
				...{ kept, homeserver: front.url, metadata: await discoverAuthMetadata(front.url) },
				async hasKeys({ laptop }, version) {
					const asked = { method: "GET", path: `room_keys/version/${version}` };
					const { status, body } = await laptop.at(synapse.base, asked);
					return status === 200 && body.count > 0;
				},
				async people(localpart) {
					const browser = createFormBrowser(own);
					const filled = { username: localpart, password };
					const page = await browser.press(await browser.open("/register"), "Create account", filled);
					assert.equal(page.url.pathname, "/account/", page.text);
					const signIn = () => loginDevice(own, { localpart, browser, homeserver: synapse.base });
					return { localpart, browser, phone: await signIn(), laptop: await signIn() };
				},
				kill: (turn) => (isOurs(turn) ? world.kill() : synapse.kill()),
				async pass(localparts) {
					await world.endLeases();
					await pass(localparts);
				},
				start: (turn) => (isOurs(turn) ? world.start() : synapse.restart()),
			},
			kills,
		);
	},
);

/** As the printed proxy has it: of the message keys only their deletion. */
function isForGuard({ method, path }: Passing): boolean {
	const isOfKeys = /\/room_keys\/keys/.test(path) && method !== "DELETE";
	return isGuardedPath(path.split("?", 1).join()) && !isOfKeys;
}
