import type { Page } from "playwright-core";
import { askToSignIn } from "./asking-app.ts";
import type { App, BrowserWorld } from "./browser-world.ts";
import type { Sight } from "./sight.ts";

/** What a person sees whose app steps up: for its own request, and for one that is not waiting. */
export function stepUpPages(world: BrowserWorld, person: App): Sight[] {
	const open = async (page: Page, acrValues: string) => {
		const { deviceId } = person;
		await page.goto((await askToSignIn(world.server, { deviceId, acrValues })).url);
	};
	return [
		{
			name: "step-up",
			title: "Replace your digital identity?",
			async open(page) {
				const { body } = await person.upload("stepping up");
				await open(page, body["org.matrix.msc4363.acr_values"]);
			},
		},
		{
			name: "step-up-over",
			title: "This request is over",
			open: (page) => open(page, "urn:countersign:acr:approved:unknown"),
		},
	];
}
