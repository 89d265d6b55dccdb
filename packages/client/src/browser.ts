import { parseHttpUrl } from "./urls.ts";

/** The part of a browser's `window` that is needed. */
export interface ApprovalWindow {
	open(url: string, target: string, features: string): unknown;
	addEventListener(type: string, listener: (event: Event) => void): void;
	removeEventListener(type: string, listener: (event: Event) => void): void;
	readonly document: {
		readonly visibilityState: string;
		addEventListener(type: string, listener: (event: Event) => void): void;
		removeEventListener(type: string, listener: (event: Event) => void): void;
	};
}

/** How the page is watched. */
export interface ApprovalPopupOptions {
	/** The homeserver's base URL: its fallback page speaks from there. */
	readonly homeserver: string;
	/** `checkNow` of the challenge: called on the page's message, and whenever the person comes back. */
	readonly checkNow: () => void;
	/** Stops watching, for example once the upload is over. */
	readonly signal?: AbortSignal | undefined;
}

/** What became of the popup. */
export type ApprovalPopup =
	/** The browser did not open it: show the URL as a link with `target="_blank"` instead. */
	| { readonly ok: false; readonly reason: "blocked" }
	/** `done` resolves when the page says so, or when `signal` fires; it is a hint, the upload's outcome counts. */
	| { readonly ok: true; readonly done: Promise<void> };

/**
 * Opens the approval page. Call it inside a click, or the browser blocks it.
 *
 * The popup keeps its opener: the page's message comes that way. A message is taken only from that very window and
 * from the page's or the homeserver's origin; even so it only makes the client look sooner.
 *
 * @throws `TypeError` for a URL that is not http(s)
 * @see Matrix specification v1.17, Client-Server API, "Fallback" of user-interactive authentication
 */
export function approvalFromPopup(
	window: ApprovalWindow,
	url: string,
	{ homeserver, checkNow, signal }: ApprovalPopupOptions,
): ApprovalPopup {
	const page = parseHttpUrl(url, { plainHttp: true });
	if (page === undefined) throw new TypeError("not an approval URL");
	const popup = window.open(page.href, "_blank", "popup,width=520,height=760");
	if (popup === null || popup === undefined) return { ok: false, reason: "blocked" };
	const origins = [page.origin, new URL(homeserver).origin];
	return {
		ok: true,
		done: watch(window, { isDone: (event) => isDone(event, popup, origins), checkNow, signal }),
	};
}

function isDone(event: Event, popup: unknown, origins: readonly string[]): boolean {
	if (!("data" in event && "origin" in event && "source" in event)) return false;
	const fromPage = typeof event.origin === "string" && origins.includes(event.origin);
	return event.data === "authDone" && event.source === popup && fromPage;
}

interface Watch {
	readonly isDone: (event: Event) => boolean;
	readonly checkNow: () => void;
	readonly signal: AbortSignal | undefined;
}

function watch(window: ApprovalWindow, { isDone, checkNow, signal }: Watch): Promise<void> {
	return new Promise((resolve) => {
		const onReturn = () => {
			if (window.document.visibilityState === "visible") checkNow();
		};
		const stop = () => {
			window.removeEventListener("message", onMessage);
			window.removeEventListener("focus", onReturn);
			window.document.removeEventListener("visibilitychange", onReturn);
			resolve();
		};
		const onMessage = (event: Event) => {
			if (!isDone(event)) return;
			checkNow();
			stop();
		};
		window.addEventListener("message", onMessage);
		window.addEventListener("focus", onReturn);
		window.document.addEventListener("visibilitychange", onReturn);
		if (signal?.aborted) stop();
		signal?.addEventListener("abort", stop, { once: true });
	});
}
