import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { LoggedEvent, SecurityEventKind, SecurityEvents } from "./ports.ts";
import { isResetWindowAsked, resetWindowOf } from "./reset-window.ts";

const alice = asAccountId("account-alice");
const now = 1_800_000_000_000;
const minute = 60_000;

/** A log of these lines, newest first. */
function logOf(
	...lines: readonly (readonly [at: number, SecurityEventKind, until?: number])[]
): Pick<SecurityEvents, "list"> {
	const events = lines.map(
		([at, kind, until], index): LoggedEvent => ({
			...{ id: String(index), accountId: alice, at, kind },
			detail: until === undefined ? {} : { until: String(until) },
		}),
	);
	return {
		list: async (_, { limit, kinds }) =>
			events.filter(({ kind }) => kinds === undefined || kinds.includes(kind)).slice(0, limit),
	};
}

test("a window is open until the latest of its ends, and not at it", async () => {
	const log = logOf(
		[now - 2, "reset-window-opened", now + 5],
		[now - 1, "reset-window-opened", now + 9],
		[now - 3, "reset-window-asked"],
	);
	assert.deepEqual(await resetWindowOf(log, alice, now), { state: "open", until: now + 9 });
	assert.equal(await resetWindowOf(log, alice, now + 9), undefined);
	assert.equal(await resetWindowOf(logOf([now, "reset-window-opened"]), alice, now), undefined);
});

test("which identity was there when it was opened is that of the latest, where the homeserver said", async () => {
	const events = [5, 9].map(
		(after): LoggedEvent => ({
			...{ id: String(after), accountId: alice, at: now - 1, kind: "reset-window-opened" },
			detail: { until: String(now + after), ...(after === 9 && { identity: "" }) },
		}),
	);
	const seen = await resetWindowOf({ list: async () => events }, alice, now);
	assert.deepEqual(seen, { state: "open", until: now + 9, identity: "" });
});

test("what was closed stays closed, also where an opening that was under way comes behind it", async () => {
	const log = logOf(
		[now, "reset-window-opened", now + 10 * minute],
		[now - 1, "reset-window-closed", now + 9 * minute],
		[now - 2, "reset-window-opened", now + 9 * minute],
	);
	assert.deepEqual(await resetWindowOf(log, alice, now), { state: "closed", until: now + 9 * minute });
});

test("a closing whose time is over closes nothing that was opened afterwards", async () => {
	const log = logOf(
		[now - 1, "reset-window-opened", now + minute],
		[now - 11 * minute, "reset-window-closed", now],
	);
	assert.deepEqual(await resetWindowOf(log, alice, now), { state: "open", until: now + minute });
});

test("the homeserver may be asked for five seconds, by a clock that was stepped back no longer", async () => {
	const asked = (at: number) => isResetWindowAsked(logOf([at, "reset-window-asked"]), alice, { now });
	assert.deepEqual(await Promise.all([now - 5_000, now - 4_999, now, now + 4_999, now + 5_000].map(asked)), [
		false,
		true,
		true,
		true,
		false,
	]);
	assert.equal(await isResetWindowAsked(logOf(), alice, { now }), false);
});

test("what was asked by when a window was opened that is used up was answered", async () => {
	const asked = (at: number) =>
		isResetWindowAsked(logOf([at, "reset-window-asked"]), alice, { now, used: now - 10 + 10 * minute });
	assert.deepEqual(await Promise.all([now - 10, now - 9].map(asked)), [false, true]);
});
