/** Epoch milliseconds. */
export type Clock = () => number;

/** The part of `fetch` this library uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Resolves after `ms` milliseconds, or as soon as `signal` fires; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** A number in [0, 1), for jitter only. */
export type Jitter = () => number;

/** The runtime's own clock. */
export const systemClock: Clock = () => Date.now();

/** The runtime's own `fetch`, looked up at each call so that a page's service worker or a test may replace it. */
export const systemFetch: Fetch = (url, init) => globalThis.fetch(url, init);

/** Jitter from the runtime's generator. Nothing secret may be made from it. */
export const systemJitter: Jitter = () => Math.random();

/** A timer that leaves nothing behind when it is woken early. */
export const systemSleep: Sleep = (ms, signal) =>
	new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const wake = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", wake);
			resolve();
		};
		const timer = setTimeout(wake, ms);
		signal.addEventListener("abort", wake);
	});
