import { lossLinkPage, lostPage, stopLossPage } from "../../src/account/pages/lost-factors.ts";
import type { PageView } from "../../src/pages/index.ts";
import { say } from "../../src/words/index.ts";

const day = 86_400_000;

/** The way back of who has lost every second factor, in each of its states. */
export function lostViews(now: number): readonly { readonly name: string; readonly view: PageView }[] {
	const asking = { csrf: "t", problem: undefined, now };
	const waiting = { state: "waiting", since: now - day, until: now + 6 * day } as const;
	const over = { state: "over", until: now + 7 * day } as const;
	const problem = say("password.wrong");
	const link = { ...asking, userId: "@alice:localhost", token: "t" };
	const localpart = "alice";
	return [
		{ name: "lost", view: lostPage({ ...asking, loss: { state: "open" } }) },
		{ name: "lost-throttled", view: lostPage({ ...asking, problem, loss: { state: "open" } }) },
		{ name: "lost-none", view: lostPage({ ...asking, loss: { state: "none" } }) },
		{ name: "lost-asked", view: lostPage({ ...asking, loss: { state: "asked" } }) },
		{ name: "lost-waiting", view: lostPage({ ...asking, loss: waiting }) },
		{ name: "lost-over", view: lostPage({ ...asking, loss: over }) },
		{ name: "lost-begin", view: lossLinkPage({ ...link, loss: { localpart, state: "begin" } }) },
		{ name: "lost-begun", view: lossLinkPage({ ...link, loss: { ...waiting, localpart } }) },
		{ name: "lost-other-letter", view: lossLinkPage({ ...link, loss: { localpart, state: "over" } }) },
		{
			name: "lost-finish",
			view: lossLinkPage({ ...link, loss: { ...over, localpart, state: "finish" } }),
		},
		{
			name: "lost-finish-refused",
			view: lossLinkPage({ ...link, problem, loss: { ...over, localpart, state: "finish" } }),
		},
		{ name: "lost-done", view: lossLinkPage({ ...link, loss: { localpart, state: "done" } }) },
		{ name: "lost-stop", view: stopLossPage({ loss: waiting, csrf: "t", now }) },
		{ name: "lost-stop-over", view: stopLossPage({ loss: over, csrf: "t", now }) },
		{ name: "lost-stop-none", view: stopLossPage({ loss: undefined, csrf: "t", now }) },
	];
}
