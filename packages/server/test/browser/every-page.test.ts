/** What holds for every page a person can come to, in every state that has a sample, by day and by night, phone and desk. */
import { after, before, describe, test } from "node:test";
import { type BrowserWorld, openBrowserWorld } from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { everyPage } from "../support/every-page.ts";
import { lookAtAll } from "../support/look.ts";

describe("every page, in every state that has a sample", needsChromium, () => {
	let world: BrowserWorld;

	before(async () => {
		world = await openBrowserWorld({ stepUp: true });
	});
	after(() => world[Symbol.asyncDispose]());

	test("fits its window, reads well, can be used by everybody, and breaks no policy of its own", async (t) => {
		const alice = await world.person("alice");
		const sights = everyPage(world, alice);
		const { chromium } = world;
		await lookAtAll(t, chromium, { page: await chromium.window(), sights: sights.signedOut });
		await lookAtAll(t, chromium, { page: await world.signedIn("alice"), sights: sights.signedIn });
	});
});
