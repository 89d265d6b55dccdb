import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { heading } from "./browser-world.ts";
import { type Chromium, desk, phone } from "./chromium.ts";
import type { Sight } from "./sight.ts";

/** What holds for each of these pages, on a phone and on a desk, by day and by night, from right to left and zoomed. */
export async function lookAtAll(
	t: TestContext,
	chromium: Pick<Chromium, "complaints">,
	{ page, sights }: { readonly page: Page; readonly sights: readonly Sight[] },
): Promise<void> {
	await page.addInitScript(holdStill);
	for (const sight of sights) {
		await t.test(sight.name, async () => {
			await sight.open(page);
			await heading(page, sight.title);
			await look(page, sight.name);
			assert.deepEqual(chromium.complaints(), []);
		});
	}
}

/** Pages that show themselves anew would do so while they are looked at. */
const holdStill = `{
	const start = window.setTimeout;
	window.setTimeout = (run, ms, ...rest) => (ms >= 3000 ? 0 : start(run, ms, ...rest));
	window.setInterval = () => 0;
}`;

async function look(page: Page, name: string): Promise<void> {
	for (const viewport of [phone, desk]) {
		await page.setViewportSize(viewport);
		for (const colorScheme of ["light", "dark"] as const) {
			await page.emulateMedia({ colorScheme });
			assert.equal(await page.evaluate<boolean>(fits), true, `${name} is wider than ${viewport.width} px`);
			if (viewport === phone) assert.deepEqual(await page.evaluate(narrowButtons), [], name);
			const found = await violations(page, rulesBy[colorScheme]);
			assert.deepEqual(found, [], `${name}, ${viewport.width} px, ${colorScheme}`);
		}
		await page.evaluate("document.documentElement.dir = 'rtl'");
		assert.equal(
			await page.evaluate<boolean>(fits),
			true,
			`${name}, from right to left, ${viewport.width} px`,
		);
		await page.evaluate("document.documentElement.dir = 'ltr'");
	}
	for (const viewport of zoomed) {
		await page.setViewportSize(viewport);
		assert.equal(await page.evaluate<boolean>(fits), true, `${name}, zoomed to ${viewport.width} px`);
	}
	await page.setViewportSize(phone);
}

/**
 * What is left of a desk at 200 % and at 400 %.
 * @see https://www.w3.org/TR/WCAG22/#reflow
 */
const zoomed = [
	{ width: desk.width / 2, height: desk.height / 2 },
	{ width: desk.width / 4, height: desk.height / 4 },
];

const fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";

/** On a phone what a page is for is as wide as the page: the labels of buttons that are not. */
const narrowButtons = `[...document.querySelectorAll("main .primary, main .danger")]
	.filter((button) => {
		const { paddingLeft, paddingRight } = getComputedStyle(document.querySelector("main"));
		const wide = document.querySelector("main").clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
		return Math.abs(button.getBoundingClientRect().width - wide) > 2;
	})
	.map((button) => button.textContent)`;

/** WCAG 2.2 AA by day. By night the same page has other colours, and nothing else about it is different. */
const rulesBy = {
	light: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	dark: ["color-contrast"],
} as const;

/** What axe finds against these rules, or rules of these tags, in a line each. */
async function violations(page: Page, runOnly: readonly string[]): Promise<string[]> {
	if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
	return page.evaluate<string[]>(`axe
		.run({ runOnly: ${JSON.stringify(runOnly)} })
		.then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`);
}
