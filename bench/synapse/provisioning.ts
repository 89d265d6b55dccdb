import { median } from "../measure.ts";
import { cpuMicros } from "../processes.ts";
import { untilDrained } from "./draining.ts";
import { masRequest } from "./mas-request.ts";
import type { Sizes } from "./sizes.ts";
import { rateOf } from "./timing.ts";
import type { World } from "./world.ts";

/** People whom the outbox speaks for at once. */
const atOnce = 8;
const rounds = 5;

/** Synapse is told of people whom it does not know, by the outbox and straight in turn. */
export async function measureProvisioning(world: World, { calls }: Sizes): Promise<string> {
	const { synapse, allPeople, secret } = world;
	const [outbox, straight]: [Told[], number[]] = [[], []];
	const each = allPeople.length / rounds;
	for (let round = 0; round < rounds; round++) {
		outbox.push(await tellOf(world, allPeople.slice(round * each, (round + 1) * each)));
		const others = Array.from({ length: calls }, (_, number) =>
			masRequest(secret, "provision_user", { localpart: `straight${round}.${number}` }),
		);
		straight.push(await rateOf(synapse.port, others, { connections: atOnce, statuses: [201] }));
	}
	const middle = (what: keyof Told) => median(outbox.map((told) => told[what]));
	const [rate, straightRate] = [middle("perSecond"), median(straight)];
	return [
		`${allPeople.length} users provisioned, ${rounds} rounds: through the outbox ${rate.toFixed(0)} a second (${outbox.map(({ perSecond }) => perSecond.toFixed(0)).join(", ")})`,
		`straight to Synapse, ${atOnce} at once: ${straightRate.toFixed(0)} a second, so the outbox is at ${(rate / straightRate).toFixed(2)}`,
		`processor for each through the outbox: Synapse ${middle("theirCpuMs").toFixed(1)} ms, Countersign ${middle("ownCpuMs").toFixed(1)} ms\n`,
	].join("\n");
}

interface Told {
	readonly perSecond: number;
	readonly ownCpuMs: number;
	readonly theirCpuMs: number;
}

async function tellOf(world: World, localparts: readonly string[]): Promise<Told> {
	const { countersign, synapse, storage } = world;
	const count = localparts.length;
	const cpu = () => [countersign.cpuMicros(), cpuMicros(synapse.pid())];
	const before = cpu();
	await world.addPeople(localparts);
	const { beganAt, emptyAt } = await untilDrained(storage, count);
	const [ownCpuMs = 0, theirCpuMs = 0] = cpu().map(
		(micros, at) => (micros - (before[at] ?? 0)) / 1_000 / count,
	);
	return { perSecond: (count / (emptyAt - beganAt)) * 1_000, ownCpuMs, theirCpuMs };
}
