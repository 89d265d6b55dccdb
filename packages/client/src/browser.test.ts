import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { approvalFromPopup } from "./index.ts";

const url = "https://auth.example/reset/1";
const homeserver = "https://matrix.example";

// The compiler's word that a browser's own window fits.
approvalFromPopup satisfies (window: Window, ...rest: never) => unknown;

function fakeWindow({ blocked = false } = {}) {
	const popup = { name: "popup" };
	const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
	const opened: string[][] = [];
	const open = (...how: string[]) => {
		opened.push(how);
		return blocked ? null : popup;
	};
	const window = Object.assign(new EventTarget(), { document, open });
	const say = (message: object) => {
		const event = { data: "authDone", origin: "https://auth.example", source: popup, ...message };
		window.dispatchEvent(Object.assign(new Event("message"), event));
	};
	return { window, document, opened, say };
}

function watching(options: { readonly signal?: AbortSignal } = {}) {
	const fake = fakeWindow();
	const seen = { checks: 0, done: false };
	const popup = approvalFromPopup(fake.window, url, {
		homeserver,
		checkNow: () => void seen.checks++,
		...options,
	});
	assert.ok(popup.ok);
	const done = popup.done.then(() => {
		seen.done = true;
	});
	return { ...fake, seen, done };
}

describe("the approval popup", () => {
	test("keeps its opener, for the page's message comes that way", () => {
		const { opened } = watching();
		assert.equal(opened[0]?.[0], url);
		assert.doesNotMatch(opened[0]?.[2] ?? "", /noopener|noreferrer/);
	});

	test("says when the browser blocked it", () => {
		const { window } = fakeWindow({ blocked: true });
		const popup = approvalFromPopup(window, url, { homeserver, checkNow: () => {} });
		assert.deepEqual(popup, { ok: false, reason: "blocked" });
	});

	for (const origin of ["https://auth.example", "https://matrix.example"]) {
		test(`is done when it says so from ${origin}`, async () => {
			const { seen, say, done } = watching();
			say({ origin });
			await done;
			assert.equal(seen.checks, 1);
			say({ origin });
			assert.equal(seen.checks, 1);
		});
	}

	for (const [what, message] of [
		["another window", { source: { name: "popup" } }],
		["another origin", { origin: "https://auth.example.evil.example" }],
		["an opaque origin", { origin: "null" }],
		["the right place with other words", { data: { authDone: true } }],
	] as const) {
		test(`does not listen to ${what}`, async () => {
			const { seen, say } = watching();
			say(message);
			await new Promise((resolve) => setImmediate(resolve));
			assert.deepEqual(seen, { checks: 0, done: false });
		});
	}

	test("looks when the person comes back", () => {
		const { window, document, seen } = watching();
		document.visibilityState = "hidden";
		document.dispatchEvent(new Event("visibilitychange"));
		assert.equal(seen.checks, 0);
		document.visibilityState = "visible";
		document.dispatchEvent(new Event("visibilitychange"));
		window.dispatchEvent(new Event("focus"));
		assert.equal(seen.checks, 2);
	});

	test("stops watching when the upload is over", async () => {
		const over = new AbortController();
		const { window, seen, done } = watching({ signal: over.signal });
		over.abort();
		await done;
		window.dispatchEvent(new Event("focus"));
		assert.equal(seen.checks, 0);
		await watching({ signal: AbortSignal.abort() }).done;
	});

	test("never opens a script", () => {
		const { window } = fakeWindow();
		const open = () => approvalFromPopup(window, "javascript:alert(1)", { homeserver, checkNow: () => {} });
		assert.throws(open, TypeError);
	});
});
