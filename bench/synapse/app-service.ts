import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { type RunningSynapse, startSynapse } from "../../packages/server/test/support/synapse.ts";
import { openConnection, type Wanted } from "../connection.ts";
import { cpuMicros } from "../processes.ts";
import type { SeededDevice } from "../seed.ts";
import { masRequest } from "./mas-request.ts";
import type { Sizes } from "./sizes.ts";
import { compared, expectStatus, inTurn, p50, rateOf, timed } from "./timing.ts";
import type { World } from "./world.ts";

/** What it costs Synapse that Countersign is one of its application services: for each event, and at first. */
export async function measureAppService(world: World, sizes: Sizes): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-bench-registration-"));
	const more = join(folder, "more.yaml");
	await writeFile(more, "{}");
	try {
		// Both new: the one that is there already knows thousands of people.
		const settings = { masEndpoint: world.endpoint, secret: world.secret, logLevel: "WARNING" } as const;
		await using without = await startSynapse({ ...settings, moreConfigFiles: [more] });
		await using registered = await startSynapse({ ...settings, registration: { text: world.registration } });
		const [device] = await world.signIn(world.take(1), "at Synapse");
		if (device === undefined) throw new Error("nobody is signed in");
		for (const synapse of [registered, without]) await makeKnown(synapse, world.secret, device);
		const everyEvent = await measureMessages({ registered, without }, device, sizes.messages);
		const messages = Array.from({ length: sizes.oldMessages }, (_, number) => `old${number}`);
		const room = await createRoom(without, device);
		const old = messages.map((name) => messageOf(room, device, name));
		await rateOf(without.port, old, { connections: 4, statuses: [200] });
		const registration = join(folder, "registration.yaml");
		await writeFile(registration, world.registration);
		const register = () => writeFile(more, JSON.stringify({ app_service_config_files: [registration] }));
		return `${everyEvent}\n${await measureFirst(without, { register, room, device })}`;
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function makeKnown(synapse: RunningSynapse, secret: string, device: SeededDevice): Promise<void> {
	const localpart = device.userId.slice(1, device.userId.indexOf(":"));
	const calls = [
		masRequest(secret, "provision_user", { localpart }),
		masRequest(secret, "upsert_device", { localpart, device_id: device.deviceId }),
	];
	const line = await openConnection(synapse.port);
	for (const call of calls) expectStatus(await line.exchange(call), 201);
	line.close();
}

async function measureMessages(
	{ registered, without }: { readonly registered: RunningSynapse; readonly without: RunningSynapse },
	device: SeededDevice,
	messages: number,
): Promise<string> {
	const senders = await Promise.all(
		[registered, without].map(async (synapse) => {
			const room = await createRoom(synapse, device);
			const line = await openConnection(synapse.port);
			const send = (number: number) => timed(line, messageOf(room, device, `m${number}`), 200);
			return { synapse, line, send, cpuBefore: cpuMicros(synapse.pid()) };
		}),
	);
	const [one, other] = senders;
	if (one === undefined || other === undefined) throw new Error("unreachable");
	const pair = await inTurn(messages, one.send, other.send);
	const cpu = senders.map(
		({ synapse, cpuBefore }) => (cpuMicros(synapse.pid()) - cpuBefore) / 1_000 / messages,
	);
	for (const { line } of senders) line.close();
	const rates = pair.map((all) => 1_000 / (all.reduce((sum, ms) => sum + ms, 0) / all.length));
	return [
		compared({ what: "application service", one: "registered", other: "without" }, [
			{ name: "a message", pair },
		]),
		`${rates.map((rate) => rate.toFixed(1)).join(" and ")} messages a second, one at a time; processor of Synapse for each: ${cpu.map((ms) => ms.toFixed(1)).join(" and ")} ms`,
	].join("\n");
}

interface FirstTime {
	readonly register: () => Promise<void>;
	readonly room: string;
	readonly device: SeededDevice;
}

/** A server with old events gets its first application service; then once more with the position set before. */
async function measureFirst(synapse: RunningSynapse, { register, room, device }: FirstTime): Promise<string> {
	const walk = async (name: string) => {
		await synapse.restart();
		const line = await openConnection(synapse.port);
		const from = positionOf(synapse);
		const startedAt = performance.now();
		const meanwhile = [await timed(line, messageOf(room, device, name), 200)];
		const isBehind = () => positionOf(synapse).position < positionOf(synapse).last;
		for (let number = 0; isBehind() && number < 1_000; number++) {
			meanwhile.push(await timed(line, messageOf(room, device, `${name} ${number}`), 200));
		}
		while (isBehind()) await setTimeout(10);
		line.close();
		return { ...from, tookMs: performance.now() - startedAt, meanwhile };
	};
	await register();
	const unset = await walk("unset");
	await synapse.stop();
	const database = new DatabaseSync(fileOf(synapse));
	database.exec("UPDATE appservice_stream_position SET stream_ordering = 0");
	database.exec(remedy);
	database.close();
	const set = await walk("set");
	const told = ({ position, last, tookMs, meanwhile }: typeof set) =>
		`${position} of ${last}; level ${(tookMs / 1_000).toFixed(2)} s after the first message, ${meanwhile.length} messages meanwhile, p50 ${p50(meanwhile).toFixed(1)} ms`;
	return [
		`first registration, appservice_stream_position at ${told(unset)}`,
		`with the position set before: ${told(set)}\n`,
	].join("\n");
}

/** To be run while Synapse is stopped, before an old server gets its first application service. */
const remedy =
	"UPDATE appservice_stream_position SET stream_ordering = (SELECT MAX(stream_ordering) FROM events)";

const fileOf = ({ dataDirectory }: RunningSynapse) => join(dataDirectory, "homeserver.db");

/** Up to which event application services were told, and the last event there is. */
function positionOf(synapse: RunningSynapse): { readonly position: number; readonly last: number } {
	const database = new DatabaseSync(fileOf(synapse), { readOnly: true });
	const row = database
		.prepare(
			"SELECT stream_ordering AS position, (SELECT MAX(stream_ordering) FROM events) AS last FROM appservice_stream_position",
		)
		.get();
	database.close();
	return { position: Number(row?.position ?? 0), last: Number(row?.last ?? 0) };
}

async function createRoom(synapse: RunningSynapse, device: SeededDevice): Promise<string> {
	const line = await openConnection(synapse.port);
	const path = "/_matrix/client/v3/createRoom";
	const got = await line.exchange({ method: "POST", path, headers: headersOf(device), body: "{}" });
	line.close();
	return /"room_id":\s*"([^"]+)"/.exec(expectStatus(got, 200).body)?.[1] ?? "";
}

function messageOf(room: string, device: SeededDevice, name: string): Wanted {
	const transaction = encodeURIComponent(name);
	return {
		method: "PUT",
		path: `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${transaction}`,
		headers: headersOf(device),
		body: JSON.stringify({ msgtype: "m.text", body: "hello" }),
	};
}

function headersOf({ accessToken }: SeededDevice): Readonly<Record<string, string>> {
	return {
		"x-forwarded-for": "127.0.0.1",
		"content-type": "application/json",
		authorization: `Bearer ${accessToken}`,
	};
}
