/** An approval for new keys beside a master key that stays: of such an upload the first key is there from the beginning. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeviceSigningUpload } from "@countersign/protocol";
import type { ResetRequest } from "../src/claim/reset-request.ts";
import { held, type OpenGuardWorld, phone, stateOf, withFirst } from "./guard-steps.ts";
import type { GuardWorld } from "./guard-world.ts";
import { bodyOf, identity, parsed } from "./identity.ts";

/** New keys beside the master key that the homeserver has, signed by it. */
function newUnderOldMaster(): Partial<DeviceSigningUpload> {
	const { master } = identity("alice/a");
	const { selfSigning, userSigning } = parsed(
		bodyOf({ ...identity("alice/b"), master }, "@alice:localhost"),
		"@alice:localhost",
	);
	return { ...(selfSigning && { selfSigning }), ...(userSigning && { userSigning }) };
}

async function approveUnderOldMaster(world: GuardWorld): Promise<ResetRequest> {
	const outcome = await world.uploadChanged(phone, "a", newUnderOldMaster());
	assert.ok(outcome.kind === "challenge", outcome.kind);
	await world.approve(outcome.request.reference, "alice");
	return outcome.request;
}

export function underOldMasterSuite(name: string, open: OpenGuardWorld): void {
	const withWorld = (work: (world: GuardWorld) => Promise<void>) => withFirst(open, work);

	describe(`an approval before a homeserver with a storage of its own, on ${name}`, () => {
		for (const [fault, what] of [
			["down", "taken"],
			["dies-after-0", "sent"],
		] as const) {
			test(`for new keys under the master key that is there, ${what} and not arrived, ends with its ten minutes`, () =>
				withWorld(async (world) => {
					const request = await approveUnderOldMaster(world);
					world.fail(fault);
					await world.uploadChanged(phone, "a", newUnderOldMaster());
					const sent = world.sent();
					await world.advance(10 * 60_000);
					world.fail("none");
					assert.equal((await world.uploadChanged(phone, "a", newUnderOldMaster())).kind, "challenge");
					assert.equal(world.sent(), sent, "an approval that is over sends nothing");
					assert.equal(held(world), "a");
					const anew = await world.uploadChanged(phone, "a", newUnderOldMaster());
					assert.ok(anew.kind === "challenge" && anew.request.state === "pending", "a person is asked anew");
					assert.equal((await stateOf(world, request)).state, "expired");
				}));

			test(`for new keys under the master key that is there, ${what} and not arrived, ends with its session`, () =>
				withWorld(async (world) => {
					const request = await approveUnderOldMaster(world);
					world.fail(fault);
					await world.uploadChanged(phone, "a", newUnderOldMaster());
					const sent = world.sent();
					await world.endSession(phone);
					world.fail("none");
					await world.advance(60_000);
					assert.equal(await world.finish(), 1);
					assert.equal(world.sent(), sent, "nobody is signed in for whom it could be sent");
					assert.equal(held(world), "a");
					const after = await stateOf(world, request);
					assert.ok(after.state === "withdrawn" && after.reason === "session-ended", after.state);
				}));
		}

		test("for new keys under the master key that is there is completed, where a part arrived", () =>
			withWorld(async (world) => {
				await approveUnderOldMaster(world);
				world.fail("dies-after-1");
				await world.uploadChanged(phone, "a", newUnderOldMaster());
				await world.advance(11 * 60_000);
				assert.equal((await world.uploadChanged(phone, "a", newUnderOldMaster())).kind, "stored");
			}));
	});
}
