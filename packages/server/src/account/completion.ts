import type { PageView } from "../pages/index.ts";

/**
 * Tells whoever opened the page that the person is done: an app's own window by a function it defined, another
 * window by a message. The message says nothing but that, so it may go to any origin; sent again it does no harm.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
const completion = `if (window.onAuthDone) window.onAuthDone();
else if (window.opener && window.opener.postMessage) window.opener.postMessage("authDone", "*");`;

/** Asks for the page again, but not while nobody looks at it. */
const reload = (seconds: number) => `setTimeout(function again() {
	if (document.visibilityState === "visible") location.reload();
	else document.addEventListener("visibilitychange", again, { once: true });
}, ${seconds * 1000});`;

/**
 * A page that stays open and goes on telling the truth. With `done` it runs the completion of the specification's
 * fallback, once the person has approved and never before; with `again` it shows itself anew after so many seconds,
 * without script too.
 */
export function livePage(
	view: Pick<PageView, "title" | "body">,
	live: { readonly done: boolean; readonly againSeconds?: number | undefined },
): PageView {
	const { done, againSeconds } = live;
	const script = [done ? completion : "", againSeconds === undefined ? "" : reload(againSeconds)].join("\n");
	return {
		...view,
		...(script.trim() === "" ? {} : { script }),
		...(againSeconds === undefined ? {} : { refreshSeconds: againSeconds }),
	};
}
