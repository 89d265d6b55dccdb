import type { Html, PageView } from "../../pages/index.ts";
import type { Text } from "../../words/index.ts";
import { livePage } from "../live-page.ts";
import {
	approvedBody,
	approvedTitle,
	deniedBody,
	deniedTitle,
	objectableBody,
	objectableTitle,
	spendingBody,
	spendingTitle,
} from "./reset-decided.ts";
import { endedBody, endedTitle } from "./reset-ended.ts";
import { replacedBody, replacedTitle } from "./reset-replaced.ts";
import type { ResetStage, ResetView } from "./reset-view.ts";
import { waitingBody, waitingTitle } from "./reset-waiting.ts";

const againSeconds = 3;
/** An app that asks is noted every ten seconds. */
const freshSeconds = 10;
/** How long after the keys were replaced the page goes on looking whether the app has finished. */
const watchMs = 15 * 60_000;

/** The approval page in whatever state its request is. Pure. */
export function resetPage(view: ResetView): PageView {
	const { title, body } = content(view);
	return livePage(
		{ title, body },
		{
			done: isDone(view),
			againSeconds: isMoving(view) ? againSeconds : undefined,
			freshSeconds: view.stage === "waiting" ? freshSeconds : undefined,
		},
	);
}

function content(view: ResetView): { readonly title: Text; readonly body: Html } {
	switch (view.stage) {
		case "waiting":
			return { title: waitingTitle(view), body: waitingBody(view) };
		case "approved":
			return { title: approvedTitle, body: approvedBody(view) };
		case "objectable":
			return { title: objectableTitle, body: objectableBody(view) };
		case "spending":
			return { title: spendingTitle, body: spendingBody(view) };
		case "replaced":
			return { title: replacedTitle(view), body: replacedBody(view) };
		case "denied":
			return { title: deniedTitle(view), body: deniedBody(view) };
		case "expired":
		case "withdrawn":
		case "failed":
			return { title: endedTitle(view), body: endedBody(view) };
	}
}

/** The person has agreed: whoever opened the page may go on. */
function isDone({ stage }: ResetStage): boolean {
	return stage === "approved" || stage === "spending" || stage === "replaced";
}

/** Something will change without the person. A page with a question stays still: somebody may be typing. */
function isMoving(view: ResetView): boolean {
	switch (view.stage) {
		case "approved":
		case "spending":
			return true;
		case "objectable":
			return view.usableFrom - view.now < watchMs;
		case "replaced": {
			const open = ["finishing", "unfinished", "unknown"].includes(view.progress);
			return open && view.now - view.endedAt < watchMs;
		}
		default:
			return false;
	}
}
