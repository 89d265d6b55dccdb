import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SecurityEvent } from "@countersign/core";
import { eventWords } from "./pages/event-words.ts";
import { securityLogPage } from "./pages/security-log.ts";
import { cutPage } from "./security-log.ts";

const event = (at: number, id: string): SecurityEvent => ({
	...{ id, accountId: "a", at, kind: "device-signed-out", detail: {} },
});

/** Walks all pages of a log as a person would, over storage that lists what is older than a time. */
function walk(log: readonly SecurityEvent[], size: number): string[] {
	const seen: string[] = [];
	let before = Number.POSITIVE_INFINITY;
	for (;;) {
		const found = log.filter(({ at }) => at < before).slice(0, size + 1);
		const page = cutPage(found, size);
		seen.push(...page.events.map(({ id }) => id));
		if (page.olderBefore === undefined) return seen;
		assert.ok(page.olderBefore < before, "every page is older than the one before");
		before = page.olderBefore;
	}
}

describe("the pages of the security log", () => {
	test("together show every line once, also where many share a time", () => {
		const times = [9, 8, 7, 7, 7, 6, 5, 5, 4, 3, 3, 3, 2, 1];
		const log = times.map((at, index) => event(at, `line ${index}`));
		for (const size of [3, 4, 5, 13, 14, 15]) {
			assert.deepEqual(
				walk(log, size),
				log.map(({ id }) => id),
				`pages of ${size}`,
			);
		}
	});

	test("go on past more lines of one time than a page holds", () => {
		const log = [...Array.from({ length: 9 }, (_, index) => event(5, `same ${index}`)), event(4, "older")];
		assert.equal(walk(log, 3).at(-1), "older");
	});
});

test("why an app was signed out is told apart", () => {
	const words = [
		"signed-out",
		"revoked",
		"replaced",
		"code-replayed",
		"account-closed",
		"never heard of",
	].map((reason) => eventWords({ kind: "device-signed-out", detail: { reason } }).text);
	assert.equal(new Set(words).size, words.length);
});

test("what a line says of device and request is shown as text", () => {
	const hostile = { ...event(1, "x"), deviceId: "<b>\u202eid", detail: { request: '"><script>' } };
	const text = securityLogPage({ events: [hostile], paged: false, now: 2 }).body.toString();
	assert.doesNotMatch(text, /<b>|<script|\u202e/);
	assert.match(text, /&lt;b&gt;id/);
});
