import { setTimeout } from "node:timers/promises";
import type { Wanted } from "../connection.ts";
import type { SeededDevice } from "../seed.ts";
import { untilDrained } from "./draining.ts";
import { masRequest } from "./mas-request.ts";
import type { Sizes } from "./sizes.ts";
import { rateOf } from "./timing.ts";
import type { World } from "./world.ts";

/** Devices of one person; their removals follow each other. */
const devicesEach = 4;
const connections = 8;

/** People sign out while Synapse is away; when it is back it is told of every device. */
export async function measureOutage(world: World, { removals, awayMs }: Sizes): Promise<string> {
	const { countersign, synapse, storage } = world;
	const localparts = world.take(removals / devicesEach);
	const devices: SeededDevice[] = [];
	for (let device = 0; device < devicesEach; device++)
		devices.push(...(await world.signIn(localparts, "at Synapse")));
	const memory = [countersign.residentMib()];
	await synapse.kill();
	const ended = await rateOf(countersign.port, devices.map(revocation), { connections, statuses: [200] });
	await setTimeout(awayMs);
	memory.push(countersign.residentMib());
	const { waiting } = await storage.read.homeserverTasks.overview();
	await synapse.restart();
	const backAt = performance.now();
	let peak = 0;
	const drained = await untilDrained(storage, waiting, () => {
		peak = Math.max(peak, countersign.residentMib());
	});
	memory.push(peak);
	const straight = await rateOf(synapse.port, await removalsStraight(world, localparts), {
		connections,
		statuses: [204],
	});
	const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1);
	const rate = waiting / 2 / ((drained.halfAt - drained.beganAt) / 1_000);
	return [
		`Synapse away: ${removals} devices signed out, ${ended.toFixed(0)} a second; ${waiting} tasks waited`,
		`it is back: the first task was done after ${seconds(backAt, drained.beganAt)} s, half of them after ${seconds(backAt, drained.halfAt)} s, all after ${seconds(backAt, drained.emptyAt)} s`,
		`${rate.toFixed(0)} tasks a second until then; delete_device straight to Synapse, ${connections} at once: ${straight.toFixed(0)} a second (${(rate / straight).toFixed(2)})`,
		`memory of Countersign before, with the tasks, at most while they are told: ${memory.map((mib) => mib.toFixed(0)).join(", ")} MiB\n`,
	].join("\n");
}

function revocation({ refreshToken }: SeededDevice): Wanted {
	return {
		method: "POST",
		path: "/oauth2/revoke",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: `token=${refreshToken}`,
	};
}

/** Makes one more device of each, and returns what removes it without Countersign. */
async function removalsStraight(
	{ synapse, secret }: World,
	localparts: readonly string[],
): Promise<readonly Wanted[]> {
	const devices = localparts.map((localpart) => ({ localpart, device_id: "STRAIGHTDEVICE" }));
	const made = devices.map((device) => masRequest(secret, "upsert_device", device));
	await rateOf(synapse.port, made, { connections, statuses: [201] });
	return devices.map((device) => masRequest(secret, "delete_device", device));
}
