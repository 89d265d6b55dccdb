import { openGuardWorldOn } from "@countersign/core/testing/guard-world";
import { realGround } from "../model/world.ts";

/** Two servers on one real storage, before one imagined homeserver. */
export async function openGuardModelWorld() {
	return openGuardWorldOn(await realGround());
}

export type GuardModelWorld = Awaited<ReturnType<typeof openGuardModelWorld>>;
