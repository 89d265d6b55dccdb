import { completion, keepFresh, type PageView, reload } from "../pages/index.ts";

/**
 * A page that stays open and goes on telling the truth. With `done` it runs the completion of the specification's
 * fallback, once the person has approved and never before; with `again` it shows itself anew after so many seconds,
 * without script too; with `fresh` only one part of it, by script.
 */
export function livePage(
	view: Pick<PageView, "title" | "body">,
	live: {
		readonly done: boolean;
		readonly againSeconds?: number | undefined;
		readonly freshSeconds?: number | undefined;
	},
): PageView {
	const { done, againSeconds, freshSeconds } = live;
	const scripts = [
		...(done ? [completion] : []),
		...(againSeconds === undefined ? [] : [reload(againSeconds)]),
		...(freshSeconds === undefined ? [] : [keepFresh(freshSeconds)]),
	];
	return {
		...view,
		...(scripts.length === 0 ? {} : { script: scripts.join("\n") }),
		...(againSeconds === undefined ? {} : { refreshSeconds: againSeconds }),
	};
}
