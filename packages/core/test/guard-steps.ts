import assert from "node:assert/strict";
import type { ResetRequest } from "../src/claim/reset-request.ts";
import { type GuardWorld, identityHeld } from "./guard-world.ts";
import type { Device } from "./people.ts";

export const phone: Device = { localpart: "alice", device: "ONE" };
export const laptop: Device = { localpart: "alice", device: "TWO" };

/** A way to open a world; the first identity of alice is `a`. */
export type OpenGuardWorld = () => Promise<GuardWorld>;

export async function withFirst(
	open: OpenGuardWorld,
	work: (world: GuardWorld) => Promise<void>,
): Promise<void> {
	const world = await open();
	try {
		assert.equal((await world.upload(phone, "a", { server: 0 })).kind, "stored");
		await work(world);
	} finally {
		await world.close();
	}
}

export const held = (world: GuardWorld) => identityHeld(world, "alice", ["a", "b", "c"]);
export const upload = (world: GuardWorld, keySet: string, by = phone, server = 0) =>
	world.upload(by, keySet, { server });

export async function ask(world: GuardWorld, keySet: string, by = phone): Promise<ResetRequest> {
	const outcome = await upload(world, keySet, by);
	assert.ok(outcome.kind === "challenge", outcome.kind);
	return outcome.request;
}

export async function askAndApprove(world: GuardWorld, keySet: string, by = phone): Promise<ResetRequest> {
	const request = await ask(world, keySet, by);
	await world.approve(request.reference, "alice");
	return request;
}

export async function stateOf(world: GuardWorld, { reference }: ResetRequest): Promise<ResetRequest> {
	const request = await world.storage.read.requests.find({ reference });
	assert.ok(request !== undefined);
	return request;
}
