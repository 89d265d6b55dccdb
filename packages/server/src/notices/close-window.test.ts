import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { LoggedEvent, SecurityEventKind } from "../audit/index.ts";
import { closeWindow, isWindowOpen } from "./close-window.ts";

const accountId = asAccountId("account-alice");
const at = 1_800_000_000_000;
const tenMinutes = 600_000;
const notice = { accountId, at, kind: "reset-window-opened" } as const;

/** Newest first. */
const unitOf = (...lines: readonly (readonly [SecurityEventKind, number])[]) => ({
	events: {
		record: async () => {},
		list: async () =>
			lines.map(
				([kind, until], index): LoggedEvent => ({
					...{ id: String(index), accountId, at, kind },
					detail: { until: String(until) },
				}),
			),
	},
});
const once = unitOf(["reset-window-opened", at + tenMinutes]);

test("an objection closes the window while it is open", async () => {
	const line = await closeWindow(once, notice, at + 1);
	assert.deepEqual([line?.kind, line?.at, line?.accountId], ["reset-window-closed", at + 1, accountId]);
});

test("closed it is until a minute after its end, and what the page promises is done until the same moment", async () => {
	const line = await closeWindow(once, notice, at + tenMinutes - 1);
	assert.equal(line?.detail.until, String(at + tenMinutes + 60_000));
	assert.equal(isWindowOpen(notice, at + tenMinutes - 1), true);
	assert.equal(isWindowOpen(notice, at + tenMinutes), false);
	assert.equal(await closeWindow(once, notice, at + tenMinutes), undefined);
});

test("opened twice at once, it is closed by the letter of either line, and to the end of the later", async () => {
	const twice = unitOf(
		["reset-window-opened", at + tenMinutes],
		["reset-window-opened", at + tenMinutes + 3_000],
	);
	for (const each of [notice, { ...notice, at: at - 3_000 }]) {
		const line = await closeWindow(twice, each, at + 1);
		assert.equal(line?.detail.until, String(at + tenMinutes + 63_000));
	}
});

test("closed it is not closed again, and nothing else closes it", async () => {
	const closed = unitOf(["reset-window-closed", at + tenMinutes], ["reset-window-opened", at + tenMinutes]);
	assert.equal(await closeWindow(closed, notice, at + 1), undefined);
	assert.equal(await closeWindow(once, { ...notice, kind: "passkey-added" }, at + 1), undefined);
	assert.equal(isWindowOpen({ ...notice, kind: "passkey-added" }, at + 1), false);
	assert.equal(await closeWindow(unitOf(), notice, at + 1), undefined);
});

test("the letter about an earlier window does not close a later one, for which there is another letter", async () => {
	const later = unitOf(["reset-window-opened", at + 2 * tenMinutes]);
	assert.equal(await closeWindow(later, notice, at + tenMinutes), undefined);
});
