import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { openOutboxWorld } from "../../../test/support/outbox-world.ts";
import type { Telling } from "./ports.ts";

const phone = asDeviceId("PHONE");

/** Each kind of telling with the one call that tells it. */
const tellings: readonly (readonly [Telling, string])[] = [
	[{ kind: "add-user" }, "provision_user alice"],
	[{ kind: "set-display-name", displayName: "A" }, "set_displayname alice A"],
	[{ kind: "set-display-name", displayName: undefined }, "unset_displayname alice"],
	[{ kind: "set-locked", locked: true }, "provision_user alice true"],
	[{ kind: "delete-device", deviceId: phone }, "delete_device alice PHONE"],
	[{ kind: "delete-all-devices" }, "sync_devices alice "],
	[{ kind: "delete-user", erase: true }, "delete_user alice true"],
	[{ kind: "reactivate-user" }, "reactivate_user alice"],
];

async function told(telling: Telling, refuses?: string) {
	const world = await openOutboxWorld();
	await world.person("alice");
	world.answer(({ text }) =>
		refuses === undefined || (refuses === "M_NOT_FOUND" && text === "provision_user alice")
			? undefined
			: { refuses },
	);
	await world.add("alice", telling);
	await world.settle();
	const { refused, waiting } = await world.outbox.overview();
	await world[Symbol.asyncDispose]();
	return { calls: world.calls, refused, waiting };
}

describe("what Synapse is told", () => {
	for (const [telling, call] of tellings) {
		test(`${telling.kind} is ${call}, and over`, async () => {
			const { calls, refused, waiting } = await told(telling);
			assert.deepEqual([calls, refused, waiting], [[call], 0, 0]);
		});

		test(`${telling.kind} that is refused for itself makes nobody known there`, async () => {
			const { calls, refused } = await told(telling, "M_ODD");
			assert.deepEqual([calls, refused], [[call], 1]);
		});
	}

	for (const [telling, call] of tellings.filter(([{ kind }]) => /^set-/.test(kind)))
		test(`${telling.kind} about somebody unknown is told again once they are known`, async () => {
			const { calls } = await told(telling, "M_NOT_FOUND");
			assert.deepEqual(calls.slice(0, 3), [call, "provision_user alice", call]);
		});

	for (const [telling, call] of tellings.filter(([{ kind }]) => /^delete-(?:device|user)$/.test(kind)))
		test(`${telling.kind} about somebody unknown is done`, async () => {
			assert.deepEqual(await told(telling, "M_NOT_FOUND"), { calls: [call], refused: 0, waiting: 0 });
		});
});
