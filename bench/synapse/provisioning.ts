import { cpuMicros } from "../processes.ts";
import { untilDrained } from "./draining.ts";
import { masRequest } from "./mas-request.ts";
import type { Sizes } from "./sizes.ts";
import { rateOf } from "./timing.ts";
import type { World } from "./world.ts";

/** People whom the outbox speaks for at once. */
const atOnce = 8;

/** Synapse is told of everybody whom it does not know, as after a first registration of so many. */
export async function measureProvisioning(world: World, { people, calls }: Sizes): Promise<string> {
	const { countersign, synapse, storage, startedAt, secret } = world;
	const { emptyAt } = await untilDrained(storage, people);
	const tookMs = emptyAt - startedAt;
	const [ours, theirs] = [countersign.cpuMicros(), cpuMicros(synapse.pid())].map((micros) => micros / 1_000);
	const rate = (people / tookMs) * 1_000;
	const others = Array.from({ length: calls }, (_, number) =>
		masRequest(secret, "provision_user", { localpart: `straight${number}` }),
	);
	const straight = await rateOf(synapse.port, others, { connections: atOnce, statuses: [201] });
	const each = (ms = Number.NaN) => `${(ms / people).toFixed(2)} ms`;
	return [
		`${people} users provisioned through the outbox in ${(tookMs / 1_000).toFixed(1)} s: ${rate.toFixed(0)} a second`,
		`straight to Synapse, ${atOnce} at once: ${straight.toFixed(0)} a second, so the outbox is at ${(rate / straight).toFixed(2)}`,
		`processor for each, with both starts: Synapse ${each(theirs)}, Countersign ${each(ours)}\n`,
	].join("\n");
}
