/** What holds for every page a person can come to, in every state it has, on a phone and on a desk, by day and by night. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { type BrowserWorld, heading, openBrowserWorld } from "../support/browser-world.ts";
import { desk, needsChromium, phone } from "../support/chromium.ts";
import { everyPage } from "../support/every-page.ts";

describe("every page, in every state", needsChromium, () => {
	let world: BrowserWorld;

	before(async () => {
		world = await openBrowserWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	test("fits its window, reads well, can be used by everybody, and breaks no policy of its own", async (t) => {
		const alice = await world.person("alice");
		const sights = everyPage(world, alice);
		const windows = [
			{ page: await world.chromium.window(), sights: sights.signedOut },
			{ page: await world.signedIn("alice"), sights: sights.signedIn },
		];
		for (const { page, sights } of windows) {
			await page.addInitScript(holdStill);
			for (const sight of sights) {
				await t.test(sight.name, async () => {
					await sight.open(page);
					await heading(page, sight.title);
					await look(page, sight.name);
					assert.deepEqual(world.chromium.complaints(), []);
				});
			}
		}
	});
});

/** Pages that show themselves anew would do so while they are looked at. */
const holdStill = `{
	const start = window.setTimeout;
	window.setTimeout = (run, ms, ...rest) => (ms >= 3000 ? 0 : start(run, ms, ...rest));
}`;

async function look(page: Page, name: string): Promise<void> {
	for (const viewport of [phone, desk]) {
		await page.setViewportSize(viewport);
		for (const colorScheme of ["light", "dark"] as const) {
			await page.emulateMedia({ colorScheme });
			assert.equal(await page.evaluate<boolean>(fits), true, `${name} is wider than ${viewport.width} px`);
			assert.deepEqual(await violations(page), [], `${name}, ${viewport.width} px, ${colorScheme}`);
		}
	}
}

const fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";

/** What axe finds against WCAG 2.2 AA, in a line each. */
async function violations(page: Page): Promise<string[]> {
	if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
	return page.evaluate<string[]>(`axe
		.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
		.then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`);
}
