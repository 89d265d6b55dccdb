/** Id of the part of a page that `keepFresh` replaces. */
export const freshId = "fresh";
/** Id of what is shown, hidden until then, once the page is about something that is over. */
export const staleId = "stale";

/**
 * Keeps one part of a page true that must stay still, because somebody may be typing in it: asks for the page again and
 * takes that part alone, announced where its `data-state` is another. Where the page has none any more, it says that it
 * is no longer true.
 */
export const keepFresh = (seconds: number) => `setInterval(async function () {
	if (document.visibilityState !== "visible") return;
	const answer = await fetch(location.href).catch(function () {});
	if (!answer) return;
	// Without its head: the style there is under a nonce that this page does not know.
	const [main] = /<main>[^]*<\\/main>/.exec(await answer.text()) || [""];
	const page = new DOMParser().parseFromString(main, "text/html");
	const fresh = page.getElementById("${freshId}");
	const shown = document.getElementById("${freshId}");
	if (fresh) {
		shown.ariaLive = fresh.dataset.state === shown.dataset.state ? "off" : "polite";
		shown.dataset.state = fresh.dataset.state;
		shown.replaceChildren(...fresh.childNodes);
		window.showLocalTimes?.();
	} else if (answer.ok) document.getElementById("${staleId}").hidden = false;
}, ${seconds * 1000});`;
