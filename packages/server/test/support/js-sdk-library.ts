import { npmPackage } from "../../../../tools/requirements.ts";

/** The library that Element Web is made of; tests that need it say `{ skip: jsSdk.skip }`. */
export const jsSdk = npmPackage("matrix-js-sdk");

/** The library's own words are no part of a test's output. */
export const quiet = {
	trace() {},
	debug() {},
	info() {},
	warn() {},
	error() {},
	getChild: () => quiet,
};

/**
 * Loads the library, in silence and so that it lets a process end: it reaches for a store that Node has only by
 * option, never clears the time-outs of its requests, and sleeps up to ten seconds before it looks at a backup.
 */
export async function loadSdk() {
	Object.defineProperty(globalThis, "localStorage", { value: undefined, configurable: true });
	releaseLongTimers();
	const sdk = await import("matrix-js-sdk");
	const { logger } = await import("matrix-js-sdk/lib/logger.js");
	// What it calls by its older name, too.
	Object.assign(logger, quiet, { log() {} });
	return sdk;
}

const longMs = 1_000;

function releaseLongTimers(): void {
	if (released) return;
	released = true;
	const { setTimeout: start } = globalThis;
	const startReleased = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
		const timer = start(callback, ms, ...args);
		return ms !== undefined && ms >= longMs ? timer.unref() : timer;
	};
	Object.defineProperty(globalThis, "setTimeout", {
		value: startReleased,
		configurable: true,
		writable: true,
	});
}

let released = false;
