/** The same for the pages and states that only a homeserver elsewhere brings about. */
import { after, before, describe, test } from "node:test";
import { besidePages } from "../support/beside-pages.ts";
import { type BesideWorld, openBesideWorld } from "../support/beside-world.ts";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { lookAtAll } from "../support/look.ts";

describe("every page beside a homeserver elsewhere", needsChromium, () => {
	let world: BesideWorld;
	let chromium: Chromium;

	before(async () => {
		world = await openBesideWorld();
		chromium = await launchChromium();
	});
	after(async () => {
		await chromium.close();
		await world[Symbol.asyncDispose]();
	});

	test("fits its window, reads well, can be used by everybody, and breaks no policy of its own", async (t) => {
		await lookAtAll(t, chromium, { page: await chromium.window(), sights: besidePages(world) });
	});
});
