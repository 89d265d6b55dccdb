import { type Connection, openConnection, type Wanted } from "../connection.ts";
import { startRelay } from "../processes.ts";
import type { Sizes } from "./sizes.ts";
import { compared, expectStatus, timed } from "./timing.ts";
import type { World } from "./world.ts";

interface Device {
	readonly userId: string;
	readonly accessToken: string;
}

interface UndoCase {
	readonly name: string;
	readonly method: "GET" | "PUT";
	path(device: Device): string;
	/** By the number of the request: what is stored already costs Synapse less. */
	body?(number: number): object;
}

const dataPath = ({ userId }: Device, type: string) =>
	`user/${encodeURIComponent(userId)}/account_data/${type}`;
const secret = "m.megolm_backup.v1";

/** What apps ask day by day of the routes by which they could remove something; nothing is removed. */
const cases: readonly UndoCase[] = [
	{ name: "the backup's version", method: "GET", path: () => "room_keys/version" },
	{ name: "a secret is read", method: "GET", path: (device) => dataPath(device, secret) },
	{
		name: "a secret is replaced",
		method: "PUT",
		path: (device) => dataPath(device, secret),
		body: (number) => ({ encrypted: { K1: { ciphertext: `${number}` } } }),
	},
];

/** The routes of the undo through the guard, through a relay that does not look, and straight to Synapse, in turn. */
export async function measureUndo(world: World, { approvers, each }: Sizes): Promise<string> {
	const devices = await world.signIn(world.take(approvers), "at Synapse");
	const relay = await startRelay(world.synapse.port);
	const [guard, relayed, straight] = [
		await openConnection(world.countersign.port),
		await openConnection(relay.port),
		await openConnection(world.synapse.port),
	];
	for (const device of devices) await prepare(straight, device);
	const times = approvers * each;
	const rows = [];
	const relayedRows = [];
	for (const { name, ...one } of cases) {
		const before = world.countersign.cpuMicros();
		const [guarded, handedOn, direct] = await inTurnOf(devices, times, one, [guard, relayed, straight]);
		const cpuMs = (world.countersign.cpuMicros() - before) / 1_000 / (times * (1 + warmUp));
		rows.push({ name, pair: [guarded, direct] as const, cpuMs });
		relayedRows.push({ name, pair: [handedOn, direct] as const });
	}
	for (const line of [guard, relayed, straight]) line.close();
	await relay.stop();
	const processor = rows.map(({ name, cpuMs }) => `${name} ${cpuMs.toFixed(2)}`).join(", ");
	return [
		compared({ what: "route of the undo", one: "guarded", other: "straight" }, rows),
		compared({ what: "the same, not looked at", one: "relayed", other: "straight" }, relayedRows),
		`${times} times each, after ${times * warmUp}; uploads of message keys and /sync do not pass the guard`,
		`processor of Countersign for each, ms: ${processor}\n`,
	].join("\n");
}

/** Of a kind, the first are slower, on any way, until what they run is compiled: so many times as many do not count. */
const warmUp = 2;

type Times = readonly [readonly number[], readonly number[], readonly number[]];

/** Each line is the first, the second and the third equally often, so that what else the machine does meets them all. */
async function inTurnOf(
	devices: readonly Device[],
	times: number,
	one: Omit<UndoCase, "name">,
	lines: readonly [Connection, Connection, Connection],
): Promise<Times> {
	const took: readonly [number[], number[], number[]] = [[], [], []];
	for (let number = -times * warmUp; number < times; number++)
		for (let nth = 0; nth < lines.length; nth++) {
			const at = (nth + number + times * warmUp) % lines.length;
			const asked = wanted(one, deviceOf(devices, Math.abs(number)), number * lines.length + nth);
			const ms = await timed(lines[at] ?? lines[0], asked, 200);
			if (number >= 0) took[at]?.push(ms);
		}
	return took;
}

async function prepare(straight: Connection, device: Device): Promise<void> {
	const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
	const made = { algorithm, auth_data: { public_key: "abc", signatures: {} } };
	expectStatus(await straight.exchange(request(device, "POST", "room_keys/version", made)), 200);
	const stored = { encrypted: { K1: { ciphertext: "first" } } };
	expectStatus(await straight.exchange(request(device, "PUT", dataPath(device, secret), stored)), 200);
}

function wanted({ method, path, body }: Omit<UndoCase, "name">, device: Device, number: number): Wanted {
	return request(device, method, path(device), body?.(number));
}

function request(
	{ accessToken }: Device,
	method: "GET" | "POST" | "PUT",
	path: string,
	body?: object,
): Wanted {
	const headers = {
		"x-forwarded-for": "127.0.0.1",
		authorization: `Bearer ${accessToken}`,
		...(body !== undefined && { "content-type": "application/json" }),
	};
	const asked = { method, path: `/_matrix/client/v3/${path}`, headers };
	return body === undefined ? asked : { ...asked, body: JSON.stringify(body) };
}

function deviceOf(devices: readonly Device[], number: number): Device {
	const device = devices[number % devices.length];
	if (device === undefined) throw new Error("nobody was signed in");
	return device;
}
