import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";

/** Browsers' own, which takes the form and the button that sends it. */
type OfForm = new (form: unknown, button: unknown) => Iterable<readonly [string, string]>;

/** Runs in the page. */
function sentBy(button: unknown) {
	const { form } = button as { readonly form: { readonly action: string } };
	return {
		action: form.action,
		fields: Object.fromEntries(new (FormData as unknown as OfForm)(form, button)),
	};
}

/**
 * A double click at its worst: the server has done what the first click asks for, and the browser, clicked again, drops
 * that answer for the one to the second. How often a plain double click ends so is a matter of chance.
 */
export async function clickTwice(page: Page, button: Locator): Promise<void> {
	await button.waitFor();
	const { action, fields } = await button.evaluate(sentBy);
	const { origin } = new URL(action);
	const { request } = page.context();
	const first = await request.post(action, { form: fields, headers: { origin }, maxRedirects: 0 });
	assert.ok(first.status() < 400, `the first click was answered ${first.status()}`);
	await button.click();
}
