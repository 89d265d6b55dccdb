import type { Page } from "playwright-core";

/** A page of the product, in one of its states. */
export interface Sight {
	readonly name: string;
	/** Its heading. */
	readonly title: string;
	/** Leads the window there. Sights are looked at in their order: later ones build on the earlier. */
	open(page: Page): Promise<unknown>;
}
