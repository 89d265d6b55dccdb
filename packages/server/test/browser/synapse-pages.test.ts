/** The same for the pages and states that only a homeserver elsewhere brings about. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { besidePages } from "../support/beside-pages.ts";
import { type BesideWorld, openBesideWorld } from "../support/beside-world.ts";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { lookAtAll } from "../support/look.ts";
import { password } from "../support/people-world.ts";

/** Where each character of the device id begins, in pixels. */
const placesOfId = `(() => {
	const text = [...document.querySelectorAll("li code")].find((it) => it.textContent === "7438291056AB").firstChild;
	return [...text.data].map((_, index) => {
		const range = document.createRange();
		range.setStart(text, index);
		range.setEnd(text, index + 1);
		return range.getBoundingClientRect().left;
	});
})()`;

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

	test("shows a device id in one piece, whatever is written beside it", async () => {
		const page = await chromium.window();
		await page.goto(`${world.url}login`);
		await page.getByLabel("User name").fill("alice");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.waitForURL("**/account/");
		await page.goto(`${world.url}sample/reset-list-namesakes`);
		const places = await page.evaluate<readonly number[]>(placesOfId);
		assert.equal(places.length, "7438291056AB".length);
		const steps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
		const [step = 0] = steps;
		assert.ok(step > 0 && steps.every((one) => Math.abs(one - step) < 1), places.join(" "));
		await page.context().close();
	});

	test("fits its window, reads well, can be used by everybody, and breaks no policy of its own", async (t) => {
		await lookAtAll(t, chromium, { page: await chromium.window(), sights: besidePages(world) });
	});
});
