import assert from "node:assert/strict";
import type { Page } from "playwright-core";

/** What assistive technology calls the control that has the focus, more or less. */
const focusedName = `(() => {
	const element = document.activeElement;
	const label = element.id && document.querySelector(\`label[for="\${element.id}"]\`);
	return (label || element).textContent.trim();
})()`;
const focusOutline = "getComputedStyle(document.activeElement).outlineStyle";

/** Presses Tab until the control of that name has the focus, and sees that it shows. */
export async function focusOn(page: Page, name: RegExp): Promise<void> {
	for (let presses = 0; presses < 30; presses++) {
		await page.keyboard.press("Tab");
		if (!name.test(await page.evaluate<string>(focusedName))) continue;
		assert.equal(await page.evaluate<string>(focusOutline), "solid");
		return;
	}
	throw new Error(`${name} cannot be reached with the Tab key`);
}
