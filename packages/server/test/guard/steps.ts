import assert from "node:assert/strict";
import type { ResetRequest } from "@countersign/core";
import type { Device } from "../model/world.ts";
import { type GuardModelWorld, identityHeld, openGuardModelWorld } from "./world.ts";

export const phone: Device = { localpart: "alice", device: "ONE" };
export const laptop: Device = { localpart: "alice", device: "TWO" };

export async function withWorld(work: (world: GuardModelWorld) => Promise<void>): Promise<void> {
	const world = await openGuardModelWorld();
	try {
		assert.equal((await world.upload(phone, "a", { server: 0 })).kind, "stored");
		await work(world);
	} finally {
		await world.storage.close();
	}
}

export const held = (world: GuardModelWorld) => identityHeld(world, "alice", ["a", "b", "c"]);
export const upload = (world: GuardModelWorld, keySet: string, by = phone, server = 0) =>
	world.upload(by, keySet, { server });

export async function ask(world: GuardModelWorld, keySet: string, by = phone): Promise<ResetRequest> {
	const outcome = await upload(world, keySet, by);
	assert.ok(outcome.kind === "challenge", outcome.kind);
	return outcome.request;
}

export async function askAndApprove(
	world: GuardModelWorld,
	keySet: string,
	by = phone,
): Promise<ResetRequest> {
	const request = await ask(world, keySet, by);
	await world.approve(request.reference, "alice");
	return request;
}

export async function stateOf(world: GuardModelWorld, { reference }: ResetRequest): Promise<ResetRequest> {
	const request = await world.storage.read.requests.find({ reference });
	assert.ok(request !== undefined);
	return request;
}
