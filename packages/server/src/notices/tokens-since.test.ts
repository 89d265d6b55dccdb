import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import type { LoggedEvent } from "../audit/index.ts";
import { tokensMadeSince } from "./tokens-since.ts";

const accountId = asAccountId("account-alice");
const at = 1_800_000_000_000;

const line = (nth: number, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
	...{ id: String(nth).padStart(5, "0"), accountId, at: at + nth, kind: "token-replaced", detail: {} },
	...{ sessionId: asSessionId(`session-${nth}`), actor: { kind: "person" } },
	...more,
});

/** A log of these lines, as storage lists it. */
const unitOf = (lines: readonly LoggedEvent[]) => ({
	events: {
		record: async () => {},
		list: async (_: unknown, { limit, after }: { limit: number; after?: { at: number; id: string } }) =>
			lines
				.toSorted((one, other) => other.at - one.at)
				.filter((one) => after === undefined || one.at < after.at)
				.slice(0, limit),
	},
});

test("what was made at that very moment, later, or a little earlier by a clock that was set back counts, by the person alone", async () => {
	const operator = { kind: "operator", name: "root" } as const;
	const lines = [
		line(-600_001),
		line(-600_000),
		line(0),
		line(1),
		line(2, { actor: operator }),
		line(3, { kind: "token-made" }),
	];
	const made = await tokensMadeSince(unitOf(lines), { accountId, at });
	assert.deepEqual([...made].toSorted(), ["session--600000", "session-0", "session-1", "session-3"]);
});

test("however many lines a thief puts above the first one", async () => {
	for (const count of [99, 100, 101, 250]) {
		const lines = Array.from({ length: count }, (_, nth) => line(nth));
		assert.equal((await tokensMadeSince(unitOf(lines), { accountId, at })).size, count);
	}
});
