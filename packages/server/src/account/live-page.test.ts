import assert from "node:assert/strict";
import { test } from "node:test";
import { completion, html, keepFresh, reload } from "../pages/index.ts";
import { livePage } from "./live-page.ts";

const view = { title: { in: () => "T" }, body: html`` };

test("a page runs what it lives by and nothing else, and shows itself anew without script too", () => {
	for (const [live, added] of [
		[{ done: false }, {}],
		[{ done: true }, { script: completion }],
		[
			{ done: false, againSeconds: 5 },
			{ script: reload(5), refreshSeconds: 5 },
		],
		[{ done: false, freshSeconds: 7 }, { script: keepFresh(7) }],
		[
			{ done: true, againSeconds: 5, freshSeconds: 7 },
			{ script: `${completion}\n${reload(5)}\n${keepFresh(7)}`, refreshSeconds: 5 },
		],
	] as const)
		assert.deepEqual(livePage(view, live), { ...view, ...added });
});
