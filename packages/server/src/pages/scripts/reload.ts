/** Asks for the page again, but not while nobody looks at it. */
export const reload = (seconds: number) => `setTimeout(function again() {
	if (document.visibilityState === "visible") location.reload();
	else document.addEventListener("visibilitychange", again, { once: true });
}, ${seconds * 1000});`;
