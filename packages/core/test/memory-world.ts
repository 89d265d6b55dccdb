import assert from "node:assert/strict";
import type { ResetRequest } from "../src/claim/reset-request.ts";
import type { UploadOutcome } from "../src/upload.ts";
import { createMemory } from "./memory.ts";
import { memoryGround } from "./memory-ground.ts";
import { bodyFor, type Device } from "./people.ts";
import { openWorldOn } from "./world.ts";

export const phone: Device = { localpart: "alice", device: "ONE" };
export const laptop: Device = { localpart: "alice", device: "TWO" };
export const minute = 60_000;

/** Core in memory; the first identity of alice is `a`. */
export async function openMemoryWorld() {
	const memory = createMemory();
	const world = openWorldOn(memoryGround(memory));
	const upload = (keySet: string, by = phone, auth?: unknown): Promise<UploadOutcome> =>
		world.upload(by, bodyFor(by.localpart, keySet, auth));
	assert.equal((await upload("a")).kind, "stored");
	return {
		...{ ...world, memory, uploadSet: upload },
		/** The request of these keys, which a person is asked about. */
		async ask(keySet: string, by = phone): Promise<ResetRequest> {
			const outcome = await upload(keySet, by);
			assert.ok(outcome.kind === "challenge", outcome.kind);
			return outcome.request;
		},
		async row({ reference }: ResetRequest): Promise<ResetRequest> {
			const found = await world.storage.read.requests.find({ reference });
			assert.ok(found !== undefined);
			return found;
		},
		approve: ({ reference }: ResetRequest, proofAgeMs = 0) =>
			world.decide("approve", { localpart: "alice", reference, proofAgeMs }),
		deny: ({ reference }: ResetRequest) =>
			world.decide("deny", { localpart: "alice", reference, proofAgeMs: 0 }),
		reopen: ({ reference }: ResetRequest) =>
			world.decide("reopen", { localpart: "alice", reference, proofAgeMs: 0 }),
	};
}
